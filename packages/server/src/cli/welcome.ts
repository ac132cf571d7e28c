interface WelcomeFacts {
  url: string
  apiKey: string
  database: string
  /** Undefined when mails are sent, or none are. */
  devInboxUrl?: string | undefined
  /** Undefined when the settings give all keys. */
  keyFile: string | undefined
}

/** What a newcomer needs next, once the server runs. */
export function welcome(facts: WelcomeFacts): string {
  const { url, apiKey, database, devInboxUrl, keyFile } = facts
  return `
  Skygear is running at ${url}

    API key    ${apiKey}
    Database   ${database}
    Keys       ${keyFile ? `${keyFile}  (the master key in it is for servers only)` : 'from the settings'}
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
