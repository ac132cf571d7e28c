import express from 'express'
import { expressUser, type User } from 'skygear/server'
import { readClaims } from './claims.ts'
import { verify } from './verify.ts'

declare global {
  namespace Express {
    interface Request {
      user: User | null
    }
  }
}

const app = express()

app.get('/api/claims', async (request, response) => {
  const claims = await readClaims(request)
  if (claims) response.json({ owner: claims.userId })
  else response.sendStatus(401)
})

app.use(expressUser(verify))

app.get('/api/orders', ({ user }, response) => {
  if (user) response.json({ owner: user._id, username: user.username })
  else response.sendStatus(401)
})

app.listen(Number(process.env.PORT), '127.0.0.1')
