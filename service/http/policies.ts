import type { Context } from 'koa';
import { clientOf } from './client.js';

/**
 * What a page may load: scripts, styles, pictures and connections of its own origin, and no framing by other sites. Nothing
 * inline: Lit's style sheets are constructed, and element styles are set through the object model.
 */
const contentSecurityPolicy = [
	"default-src 'none'",
	"script-src 'self'",
	"style-src 'self'",
	"img-src 'self' blob: data:",
	"media-src 'self' blob:",
	"font-src 'self'",
	"connect-src 'self'",
	"worker-src 'self'",
	"manifest-src 'self'",
	"base-uri 'none'",
	"form-action 'none'",
	"frame-ancestors 'none'",
].join('; ');

/** The join page uses camera, microphone and screen; the rest is off. */
const permissionsPolicy = [
	...['camera', 'microphone', 'display-capture', 'autoplay', 'fullscreen', 'picture-in-picture', 'screen-wake-lock'].map(
		(feature) => `${feature}=(self)`,
	),
	...['accelerometer', 'bluetooth', 'geolocation', 'gyroscope', 'hid', 'midi', 'payment', 'serial', 'usb'].map(
		(feature) => `${feature}=()`,
	),
].join(', ');

const yearS = 365 * 86_400;

/** Security headers of every answer. */
export function setPolicies(context: Context): void {
	const { public: byPublicName, secure } = clientOf(context.req);
	context.set('X-Content-Type-Options', 'nosniff');
	context.set('Referrer-Policy', 'no-referrer');
	context.set('Content-Security-Policy', contentSecurityPolicy);
	context.set('Permissions-Policy', permissionsPolicy);
	context.set('Cross-Origin-Opener-Policy', 'same-origin');
	context.set('Cross-Origin-Resource-Policy', 'same-origin');
	context.set('X-Frame-Options', 'DENY');
	context.set('Cache-Control', 'no-store');
	// Only under the public name, whose certificate everybody trusts: with the device's own certificate, HSTS would leave no way
	// past the browser's warning.
	if (byPublicName && secure) context.set('Strict-Transport-Security', `max-age=${yearS}`);
}
