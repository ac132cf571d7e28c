/** What samples find in scope, being parts of an app that has imported and configured the SDK. */
declare const skygear: import('skygear').Client
declare const createClient: typeof import('skygear').createClient
declare const useUser: typeof import('skygear/react').useUser

declare const username: string
declare const email: string
declare const password: string
declare const currentPassword: string
declare const newPassword: string
declare const userId: string
declare const friendId: string
declare const expireAt: string
declare const code: string
declare const token: string

/** An app's own server. */
// biome-ignore lint/suspicious/noExplicitAny: of one framework in one sample, of another in the next
declare const app: any
declare const request: Request
declare const verify: import('skygear/server').Verify
declare function ordersOf(userId: string): object[]
