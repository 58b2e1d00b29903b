/** Words that precede a secret, in JSON, headers, addresses and settings. */
const names =
	'password|passphrase|secret|credential|token|api_?token|authorization|cookie|private_?key|ice-pwd|sec-websocket-protocol';
const hidden = '[removed]';

const patterns: [pattern: RegExp, by: string][] = [
	[/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(-----END [A-Z ]*PRIVATE KEY-----|$)/g, hidden],
	[/\b(bearer|basic) +[\w.~+/=-]{6,}/gi, `$1 ${hidden}`],
	[/\b(r58_session=)[^;\s"\\]+/g, `$1${hidden}`],
	// "token":"…", also in JSON inside JSON; an escaped quote does not end it.
	[new RegExp(`(\\\\?"[\\w-]*(?:${names})\\\\?"\\s*:\\s*\\\\?")((?:[^"\\\\]|\\\\[^"])+)`, 'gi'), `$1${hidden}`],
	[new RegExp(`\\b((?:${names})[=:]\\s*)(?!true\\b|null\\b|\\[removed\\])[^\\s"',;&}\\\\]+`, 'gi'), `$1${hidden}`],
	// Logins in addresses, and tokens of links after the #.
	[/\b([a-z][a-z0-9+.-]*:\/\/)[^\s/@"']+:[^\s/@"']+@/gi, `$1${hidden}@`],
	[/(\/(?:guest_join|watch\/[\w-]+|switcher|trust))#[\w.~-]{6,}/g, `$1#${hidden}`],
];
/** Shorter secrets would remove words from sentences. */
const leastLength = 6;

/** Removes secrets from text: known ones, and what looks like one. */
export class Redaction {
	#known: string[] = [];
	/** Number of removals. */
	count = 0;

	/** Sets the secrets to remove everywhere. */
	hide(secrets: readonly string[]): void {
		const forms = secrets
			.filter(({ length }) => length >= leastLength)
			// A lone surrogate cannot be encoded.
			.map((secret) => Buffer.from(secret).toString())
			.flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1)]);
		// Longest first: one may be part of another.
		this.#known = [...new Set([...forms, ...forms.map(encodeURIComponent)])].sort((a, b) => b.length - a.length);
	}

	clean(text: string): string {
		let clean = text;
		for (const secret of this.#known) {
			if (!clean.includes(secret)) continue;
			const parts = clean.split(secret);
			this.count += parts.length - 1;
			clean = parts.join(hidden);
		}
		for (const [pattern, by] of patterns) {
			clean = clean.replace(pattern, (...match) => {
				const whole = match[0] as string;
				if (whole.endsWith(hidden)) return whole;
				this.count += 1;
				return by.replace('$1', (match[1] as string | undefined) ?? '');
			});
		}
		return clean;
	}
}
