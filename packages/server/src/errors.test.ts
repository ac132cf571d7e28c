import { describe, expect, it } from 'vitest'
import { ApiError, errorTable, invalidArgument } from './errors.ts'

describe('the error table', () => {
  it('has each code once', () => {
    const codes = Object.values(errorTable).map(({ code }) => code)

    expect(new Set(codes).size).toBe(codes.length)
  })

  it('has the codes of the protocol', () => {
    const codes = Object.fromEntries(
      Object.entries(errorTable).map(([name, { code }]) => [name, code]),
    )

    expect(codes).toMatchObject({
      NotAuthenticated: 101,
      PermissionDenied: 102,
      AccessKeyNotAccepted: 103,
      AccessTokenNotAccepted: 104,
      InvalidCredentials: 105,
      BadRequest: 107,
      InvalidArgument: 108,
      Duplicated: 109,
      ResourceNotFound: 110,
      NotSupported: 111,
      IncompatibleSchema: 114,
      AtomicOperationFailure: 115,
      UndefinedOperation: 117,
      RecordQueryInvalid: 120,
      ResponseTimeout: 122,
      DeniedArgument: 123,
      RecordQueryDenied: 124,
      PasswordPolicyViolated: 126,
      UserDisabled: 127,
      TooManyRequests: 130,
      UnexpectedError: 10000,
    })
  })
})

describe('an ApiError', () => {
  it('has the code and the status of the table', () => {
    const error = new ApiError('ResourceNotFound', 'user not found')

    expect(error).toMatchObject({ code: 110, status: 404 })
  })

  it('may have another status', () => {
    expect(new ApiError('BadRequest', 'too large', { status: 413 }).status).toBe(413)
  })

  it('is the error object of the wire as JSON', () => {
    const error = new ApiError('Duplicated', 'taken', { cause: new Error('inner') })

    expect(JSON.stringify({ error })).toBe(
      '{"error":{"name":"Duplicated","code":109,"message":"taken"}}',
    )
  })

  it('has its info on the wire, and nothing else of what it carries', () => {
    const error = new ApiError('ResponseTimeout', 'busy', {
      info: { a: 1 },
      retryAfterSeconds: 1,
      cause: new Error('inner'),
    })

    expect(JSON.parse(JSON.stringify(error))).toEqual({
      name: 'ResponseTimeout',
      code: 122,
      message: 'busy',
      info: { a: 1 },
    })
  })

  it('names arguments as SDKs expect them', () => {
    expect(invalidArgument('empty', 'a', 'b').toJSON().info).toEqual({ arguments: ['a', 'b'] })
    expect(invalidArgument('empty').toJSON()).not.toHaveProperty('info')
  })
})
