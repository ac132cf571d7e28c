import type { Action } from './action.ts'
import { changePassword } from './auth/change-password.ts'
import { disableUser } from './auth/disable.ts'
import { login } from './auth/login.ts'
import { logout } from './auth/logout.ts'
import { resetPassword } from './auth/reset-password.ts'
import { listSessions } from './auth/sessions.ts'
import { revokeSessions } from './auth/sessions-revoke.ts'
import { signup } from './auth/signup.ts'
import { upgradeAnonymous } from './auth/upgrade-anonymous.ts'
import { unregisterDevice } from './device/unregister.ts'
import { me } from './me.ts'
import { deleteRecords } from './record/delete.ts'
import { fetchRecords } from './record/fetch.ts'
import { queryRecords } from './record/query.ts'
import { saveRecords } from './record/save.ts'
import { assignRoles, revokeRoles } from './role/assign.ts'
import { setAdminRoles, setDefaultRoles } from './role/flag.ts'
import { getRoles } from './role/get.ts'
import { setCreateRoles, setDefaultAccess } from './schema/access.ts'
import { createSchema } from './schema/create.ts'
import { deleteField } from './schema/delete.ts'
import { fetchSchema } from './schema/fetch.ts'
import { getFieldAccess, updateFieldAccess } from './schema/field-access.ts'
import { renameField } from './schema/rename.ts'
import { customTokenLogin } from './sso/custom-token-login.ts'
import { healthz } from './status/healthz.ts'
import { forgotPassword } from './user/forgot-password.ts'
import { queryUsers } from './user/query.ts'
import { resetForgottenPassword } from './user/reset-password.ts'
import { updateUser } from './user/update.ts'
import { verifyCode } from './user/verify-code.ts'
import { requestVerification } from './user/verify-request.ts'

/** Every action. Routes, reference docs and the SDK's types derive from this list. */
export const actions = [
  signup,
  login,
  logout,
  changePassword,
  upgradeAnonymous,
  me,
  listSessions,
  revokeSessions,
  customTokenLogin,
  forgotPassword,
  resetForgottenPassword,
  requestVerification,
  verifyCode,
  resetPassword,
  disableUser,
  getRoles,
  assignRoles,
  revokeRoles,
  setAdminRoles,
  setDefaultRoles,
  saveRecords,
  fetchRecords,
  queryRecords,
  deleteRecords,
  fetchSchema,
  createSchema,
  renameField,
  deleteField,
  setCreateRoles,
  setDefaultAccess,
  getFieldAccess,
  updateFieldAccess,
  updateUser,
  queryUsers,
  unregisterDevice,
  healthz,
] as const satisfies readonly Action[]
