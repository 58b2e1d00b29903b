import type { Context } from 'koa';
import type { Caller } from '../http/caller.js';
import { clientOf } from '../http/client.js';
import { StudioError } from '../util/errors.js';
import type { Accounts } from './accounts.js';
import type { AuditNote } from './audit.js';

/**
 * Whether the person who logged in is the one at the browser: asked before accounts are changed, because a cookie can be
 * stolen, or a browser left open. An account proves it by its password, a session that was got by a token by that token again;
 * a program sends its token with each request anyway. Throws `invalid` naming the field, and `rate-limited`.
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
	if (given === undefined) throw refuse(`type your present ${what} to change accounts`);
	const attempt = lockout.begin(clientOf(context.req).address, user === null ? null : name);
	const matches =
		user === null ? store.tokens.find(given)?.id === token : await passwords.matches(given, store.users.password(user));
	if (!matches) {
		const note: AuditNote = { ...(context.state.audit as AuditNote | undefined), unproven: true };
		context.state.audit = note;
		throw refuse(`this is not your present ${what}`);
	}
	attempt.succeeded();
}
