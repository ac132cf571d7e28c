import type { Action } from './action.ts'
import { changePassword } from './auth/change-password.ts'
import { login } from './auth/login.ts'
import { logout } from './auth/logout.ts'
import { signup } from './auth/signup.ts'
import { me } from './me.ts'
import { deleteRecords } from './record/delete.ts'
import { fetchRecords } from './record/fetch.ts'
import { queryRecords } from './record/query.ts'
import { saveRecords } from './record/save.ts'
import { healthz } from './status/healthz.ts'
import { queryUsers } from './user/query.ts'
import { updateUser } from './user/update.ts'

/** Every action. Routes, reference docs and the SDK's types derive from this list. */
export const actions = [
  signup,
  login,
  logout,
  changePassword,
  me,
  saveRecords,
  fetchRecords,
  queryRecords,
  deleteRecords,
  updateUser,
  queryUsers,
  healthz,
] as const satisfies readonly Action[]
