import { readClaims } from '../../claims'

export async function GET(request: Request) {
  const claims = await readClaims(request)
  return claims ? Response.json({ owner: claims.userId }) : new Response(null, { status: 401 })
}
