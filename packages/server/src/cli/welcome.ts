interface WelcomeFacts {
  url: string
  apiKey: string
  database: string
  /** Undefined when mails are sent, or none are. */
  devInboxUrl?: string | undefined
  /** Undefined when the settings give all keys. */
  keyFile: string | undefined
  /** Whether the master key is in that file, and not given by a setting. */
  hasMasterKey: boolean
}

/** What a newcomer needs next, once the server runs. */
export function welcome(facts: WelcomeFacts): string {
  const { url, apiKey, database, devInboxUrl, keyFile, hasMasterKey } = facts
  const note = hasMasterKey
    ? '(the master key in it is for servers only)'
    : '(for those that the settings do not give)'
  return `
  Skygear is running at ${url}

    API key    ${apiKey}
    Database   ${database}
    Keys       ${keyFile ? `${keyFile}  ${note}` : 'from the settings'}
${devInboxUrl ? `    Mails      ${devInboxUrl}  (not sent, since SMTP_URL is not set)\n` : ''}
  Sign a user up from your app:

    import skygear from 'skygear'

    await skygear.config({
      endPoint: '${url}',
      apiKey: '${apiKey}',
    })
    const user = await skygear.auth.signupWithEmail('amy@example.com', 'correct horse')
    console.log(user['email'], skygear.auth.currentUser._id)

  Ctrl-C stops the server.

`
}
