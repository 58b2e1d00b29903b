import type { Context } from 'koa';
import type { Caller } from '../http/caller.js';
import { clientOf } from '../http/client.js';
import { StudioError } from '../util/errors.js';
import type { Accounts } from './accounts.js';
import type { AuditNote } from './audit.js';

/**
 * Makes sure that the person at the browser is the one who logged in, before accounts are changed: a cookie can be stolen, a
 * browser left open. An account repeats its password, a session made by a token that token; a program sends its token with every
 * request anyway. Throws `invalid` naming the field, and `rate-limited`.
 */
export async function provePresence(
	{ passwords, lockout, store }: Pick<Accounts, 'passwords' | 'lockout' | 'store'>,
	context: Context,
	{ by, user, name, token }: Caller,
	{ field, given }: { field: string; given: string | undefined },
): Promise<void> {
	if (by === 'bearer') return;
	const what = user === null ? 'token' : 'password';
	const refuse = (message: string) => new StudioError('invalid', `${field}: ${message}`, [{ field, message }]);
	if (given === undefined) throw refuse(`repeat your current ${what} to change accounts`);
	const attempt = lockout.begin(clientOf(context.req).address, user === null ? null : name);
	const matches =
		user === null ? store.tokens.find(given)?.id === token : await passwords.matches(given, store.users.password(user));
	if (!matches) {
		const note: AuditNote = { ...(context.state.audit as AuditNote | undefined), unproven: true };
		context.state.audit = note;
		throw refuse(`this is not your current ${what}`);
	}
	attempt.succeeded();
}
