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
export const alertsTemplate = `# Where faults are sent, in addition to the panel.
alerts:
  # Every fault is sent to this address when it starts and when it ends, by POST as JSON, for example http://192.168.1.20:8080/r58
  webhook: null
  # Signs the messages: X-R58-Signature is sha256= followed by the HMAC-SHA256 of the body in hexadecimal.
  secret: null
  # The lowest severity that is sent: notice, warning or critical.
  minSeverity: warning
`;
