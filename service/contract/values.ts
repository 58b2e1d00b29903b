/** Basic values of the schemas. Coordinates are 0–1 of the canvas; nanosecond times are decimal strings. */
import { z } from 'zod';
import { humanText } from './humanText.js';

export const id = z
	.string()
	.regex(/^[a-z0-9][a-z0-9-]{0,63}$/, 'must be 1–64 lower-case letters, digits and dashes, starting with a letter or digit')
	// A property of every object: a lookup in a collection would find it.
	.refine((text) => text !== 'constructor', 'is a reserved name');
export const label = humanText(80);
export const colour = z.string().regex(/^#[0-9a-f]{6}$/i, 'must be a colour like #3366cc');
export const ns = z.string().regex(/^\d+$/);
export const unit = z.number().min(0).max(1);
/** RFC 1123 §2.1; the last label needs a letter, so that a mistyped address is not a name. */
const hostName = /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*(?=[a-z0-9-]*[a-z])[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/i;
export const idSchema = id;
export const alsaDevice = z
	.string()
	.max(80)
	.regex(/^(plug)?hw:CARD=[A-Za-z0-9_-]+,DEV=\d+$/, 'must be like hw:CARD=Loopback,DEV=1');
export const cropSchema = z.strictObject({ left: unit, top: unit, right: unit, bottom: unit });
export const fitSchema = z.enum(['contain', 'cover', 'fill']);
/** Lower ports are reserved for the system. */
export const port = z.number().int().min(1024).max(65_535);
/** An address, or a name that the system's resolver can look up. */
export const host = z.union([z.ipv4(), z.ipv6(), z.string().regex(hostName)], 'must be an IP address or a host name');
