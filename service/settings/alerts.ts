import { z } from 'zod';
import { severities } from '../contract/levels.js';
import { secretText } from './secretText.js';

/** Who is notified of faults. Every field has a default. */
export const alertsSettingsSchema = z.strictObject({
	/** Private addresses are allowed: it is the operator's network. */
	webhook: z
		.url({ protocol: /^https?$/, error: 'must be like http://192.168.1.20:8080/alerts' })
		.max(2000)
		.refine(
			(text) => URL.canParse(text) && new URL(text).username === '' && new URL(text).password === '',
			'must not contain a login',
		)
		.nullable()
		.default(null),
	/** Messages are signed with it. */
	secret: secretText(z.string().min(8, 'must have at least 8 characters'), 200).nullable().default(null),
	minSeverity: z.enum(severities).default('warning'),
});
export type AlertsSettings = z.infer<typeof alertsSettingsSchema>;

/** The section in a new file. */
export const alertsTemplate = `# Who is notified of faults besides the panel.
alerts:
  # An address that every fault is sent to by POST as JSON when it comes and when it goes, for example http://192.168.1.20:8080/r58
  webhook: null
  # Messages are signed with it: X-R58-Signature is sha256= and the HMAC-SHA256 of the body, hexadecimal.
  secret: null
  # The least to be told: notice, warning or critical.
  minSeverity: warning
`;
