import type { Certificate } from '../system/certificate.js';
import { authorityPath } from './listener.js';
import { type Route, route } from './route.js';

/** The certificate to install on phones and computers so that they trust this studio. */
export function authorityRoutes(certificate: Certificate): Route[] {
	return [
		route({
			method: 'GET',
			path: authorityPath,
			role: 'public',
			summary: 'Certificate of the authority that signed the one of this server',
			contentType: 'application/x-x509-ca-cert',
			handler: ({ context }) => {
				context.set('Content-Disposition', 'attachment; filename="r58-studio-authority.pem"');
				context.type = 'application/x-x509-ca-cert';
				return certificate.authority.certPem;
			},
		}),
	];
}
