import { describe, expect, it } from 'vitest'
import { SkygearError, serverError } from './errors.ts'
import { ErrorCodes } from './generated/protocol.ts'

describe('SkygearError', () => {
  it('can be read as err.code and as error.error.code', () => {
    const error = serverError(
      { name: 'Duplicated', code: 109, message: 'user duplicated', info: { a: 1 } },
      { status: 409 },
    )

    expect(error).toBeInstanceOf(Error)
    expect(error).toMatchObject({
      name: 'Duplicated',
      code: ErrorCodes.Duplicated,
      message: 'user duplicated',
      info: { a: 1 },
      status: 409,
      answered: true,
      error: { name: 'Duplicated', code: 109, message: 'user duplicated', info: { a: 1 } },
    })
    expect(String(error)).toBe('Duplicated: user duplicated')
  })

  it('takes the name that belongs to its code', () => {
    expect(new SkygearError('no', ErrorCodes.PermissionDenied).name).toBe('PermissionDenied')
    expect(new SkygearError('no').name).toBe('UnexpectedError')
  })

  it('has an error object without a code when no server has spoken', () => {
    const error = new SkygearError('lost', null, null, { name: 'NetworkError' })

    expect(error.code).toBeUndefined()
    expect(error.error).toEqual({ name: 'NetworkError', message: 'lost' })
    expect(error.answered).toBe(false)
  })

  it('becomes JSON of the shape that the server uses', () => {
    const error = new SkygearError('bad', ErrorCodes.InvalidArgument, { arguments: ['x'] })

    expect(JSON.parse(JSON.stringify(error))).toEqual({
      name: 'InvalidArgument',
      code: 108,
      message: 'bad',
      info: { arguments: ['x'] },
    })
  })
})
