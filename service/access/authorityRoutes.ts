import { X509Certificate } from 'node:crypto';
import type { Context } from 'koa';
import { type Route, route } from '../http/route.js';
import { isLoopbackAddress, lanAddresses, urlHost } from '../util/addresses.js';
import type { Certificates } from './certificates.js';
import { answerTrustPage } from './trustPage.js';

const contentType = 'application/x-x509-ca-cert';

/** The certificate that phones and computers install to trust this studio, with instructions. */
export function authorityRoutes(certificates: Certificates, httpPort: () => number): Route[] {
	const authority = () => new X509Certificate(certificates.device.authority.certPem);

	/** Plain HTTP, under the name of this request; on the device itself under an address that others can reach. */
	const pageUrl = (context: Context): string => {
		const asked = context.hostname;
		const local = asked === '' || asked === 'localhost' || isLoopbackAddress(asked.replace(/^\[|\]$/g, ''));
		const host = local ? (lanAddresses()[0] ?? asked) : asked;
		return `http://${urlHost(host)}:${httpPort()}/trust`;
	};

	return [
		route({
			method: 'GET',
			path: '/ca.pem',
			role: 'public',
			summary: 'Certificate of the authority that signed this server’s certificate',
			contentType,
			handler: ({ context }) => {
				context.type = contentType;
				context.attachment('r58-studio-authority.pem');
				return certificates.device.authority.certPem;
			},
		}),
		route({
			method: 'GET',
			path: '/ca.crt',
			role: 'public',
			summary: 'The same certificate as DER, for phones and Windows',
			contentType,
			handler: ({ context }) => {
				context.type = contentType;
				context.attachment('r58-studio.crt');
				return authority().raw;
			},
		}),
		route({
			method: 'GET',
			path: '/trust',
			role: 'public',
			summary: 'How to trust this server, for each platform',
			undocumented: true,
			handler: ({ context }) => {
				const { name, fingerprint } = certificates.info.authority;
				answerTrustPage(context, { name, fingerprint, url: pageUrl(context) });
			},
		}),
	];
}
