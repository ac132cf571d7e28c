import { verify } from '../../verify'

export async function GET(request: Request) {
  const user = await verify(request).catch(() => undefined)
  if (user === undefined) return new Response(null, { status: 503 })
  if (user === null) return new Response(null, { status: 401 })
  return Response.json({ owner: user._id, username: user.username })
}
