import AsyncStorage from '@react-native-async-storage/async-storage'
import { useState } from 'react'
import { ActivityIndicator, Pressable, StyleSheet, Text, TextInput, View } from 'react-native'
import { createClient } from 'skygear'
import { SkygearProvider, useAuth } from 'skygear/react'

const skygear = createClient({ storage: AsyncStorage })

void skygear.config({
  endPoint: process.env.EXPO_PUBLIC_SKYGEAR_ENDPOINT!,
  apiKey: process.env.EXPO_PUBLIC_SKYGEAR_API_KEY!,
})

export default function App() {
  return (
    <SkygearProvider client={skygear}>
      <View style={styles.page}>
        <Screen />
      </View>
    </SkygearProvider>
  )
}

/** What is shown depends on one thing: who uses the app. */
function Screen() {
  const { status, user } = useAuth()
  // The storage answers later than the first paint: nobody knows yet.
  if (status === 'restoring') return <ActivityIndicator accessibilityLabel="One moment" />
  // The key starts everything afresh when somebody else signs in.
  return user ? <Home key={user._id} /> : <Entrance />
}

function Entrance() {
  const { auth, status } = useAuth()
  return (
    <>
      <Text style={styles.title}>{status === 'signedOut' ? 'See you' : 'Welcome'}</Text>
      <EmailForm
        choices={{
          'Log in': (email, password) => auth.loginWithEmail(email, password),
          'Sign up': (email, password) => auth.signupWithEmail(email, password),
          'Just try it': () => auth.signupAnonymously(),
        }}
      />
    </>
  )
}

function Home() {
  const { user, auth } = useAuth()
  const { busy, problem, start } = useTask()
  return (
    <>
      <Text style={styles.title}>Hello, {user?.email ?? 'stranger'}</Text>
      {!user?.email && (
        <>
          <Text>An account lets you back in after a log-out, and on other devices.</Text>
          <EmailForm
            choices={{
              'Make it an account': (email, password) => auth.upgradeAnonymous({ email }, password),
            }}
          />
        </>
      )}
      <Problem>{problem}</Problem>
      <Choice label="Log out" disabled={busy} onPress={() => start(() => auth.logout())} />
    </>
  )
}

type Choices = Record<string, (email: string, password: string) => Promise<unknown>>

/** An e-mail address and a password, and what can be done with them. */
function EmailForm({ choices }: { choices: Choices }) {
  const [email, setEmail] = useState('')
  const [password, setPassword] = useState('')
  const { busy, problem, start } = useTask()
  return (
    <>
      <TextInput
        style={styles.input}
        accessibilityLabel="E-mail"
        placeholder="E-mail"
        autoCapitalize="none"
        autoComplete="email"
        keyboardType="email-address"
        value={email}
        onChangeText={setEmail}
      />
      <TextInput
        style={styles.input}
        accessibilityLabel="Password"
        placeholder="Password"
        autoComplete="password"
        secureTextEntry
        value={password}
        onChangeText={setPassword}
      />
      <Problem>{problem}</Problem>
      {Object.entries(choices).map(([label, choose]) => (
        <Choice
          key={label}
          label={label}
          disabled={busy}
          onPress={() => start(() => choose(email.trim(), password))}
        />
      ))}
    </>
  )
}

/** Does one thing at a time, and tells why it was not done. */
function useTask() {
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState('')

  function start(task: () => Promise<unknown>) {
    setBusy(true)
    setProblem('')
    task()
      .catch((error: Error) => setProblem(error.message))
      .finally(() => setBusy(false))
  }

  return { busy, problem, start }
}

function Choice(props: { label: string; disabled: boolean; onPress: () => void }) {
  const { label, disabled, onPress } = props
  return (
    <Pressable
      accessibilityRole="button"
      disabled={disabled}
      onPress={onPress}
      style={({ pressed }) => [styles.choice, (pressed || disabled) && styles.faint]}
    >
      <Text style={styles.choiceText}>{label}</Text>
    </Pressable>
  )
}

function Problem({ children }: { children: string }) {
  if (!children) return null
  return (
    <Text accessibilityRole="alert" style={styles.problem}>
      {children}
    </Text>
  )
}

const styles = StyleSheet.create({
  page: { flex: 1, justifyContent: 'center', gap: 12, padding: 24, backgroundColor: '#fff' },
  title: { fontSize: 28, fontWeight: '600' },
  input: { borderWidth: 1, borderColor: '#767676', borderRadius: 8, padding: 12, fontSize: 16 },
  choice: { borderRadius: 8, padding: 14, backgroundColor: '#1d4ed8' },
  choiceText: { color: '#fff', fontSize: 16, textAlign: 'center' },
  faint: { opacity: 0.6 },
  problem: { color: '#b91c1c' },
})
