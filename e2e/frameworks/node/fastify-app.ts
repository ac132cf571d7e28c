import Fastify from 'fastify'
import { fastifyUser, type User } from 'skygear/server'
import { readClaims } from './claims.ts'
import { verify } from './verify.ts'

declare module 'fastify' {
  interface FastifyRequest {
    user: User | null
  }
}

const app = Fastify()

app.decorateRequest('user', null)
app.register(async (orders) => {
  orders.addHook('onRequest', fastifyUser(verify))

  orders.get('/api/orders', async ({ user }, reply) => {
    if (!user) return reply.code(401).send()
    return { owner: user._id, username: user.username }
  })
})

app.get('/api/claims', async (request, reply) => {
  const claims = await readClaims(request)
  return claims ? { owner: claims.userId } : reply.code(401).send()
})

await app.listen({ port: Number(process.env.PORT), host: '127.0.0.1' })
