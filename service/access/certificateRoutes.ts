import { z } from 'zod';
import { certificateInstallSchema, certificatesSchema } from '../contract/certificates.js';
import { type Route, route } from '../http/route.js';
import { StudioError } from '../util/errors.js';
import type { Certificates } from './certificates.js';

/** The certificates of the HTTPS server. Keys go in and never come out. */
export function certificateRoutes(certificates: Certificates): Route[] {
	return [
		route({
			method: 'GET',
			path: '/api/certificate',
			role: 'operator',
			summary: 'Certificates in order of preference, with the names each covers and lacks',
			response: certificatesSchema,
			handler: () => certificates.info,
		}),
		route({
			method: 'PUT',
			path: '/api/certificate',
			role: 'technician',
			summary: 'Install your own certificate (chain and key, checked); used for new connections',
			log: () => 'Installed a certificate',
			body: certificateInstallSchema,
			response: certificatesSchema,
			handler: ({ body }) => {
				certificates.install(body.chainPem, body.keyPem);
				return certificates.info;
			},
		}),
		route({
			method: 'DELETE',
			path: '/api/certificate',
			role: 'technician',
			summary: 'Go back to the device’s own certificates',
			log: () => 'Went back to the device’s own certificates',
			response: certificatesSchema,
			handler: () => {
				certificates.revert();
				return certificates.info;
			},
		}),
		route({
			method: 'POST',
			path: '/api/certificate/authority',
			role: 'technician',
			summary: 'Replace the authority immediately; every device must then trust the new one (/trust)',
			log: () => 'Created a new authority',
			response: certificatesSchema,
			handler: async () => {
				await certificates.renewAuthority();
				return certificates.info;
			},
		}),
		route({
			method: 'GET',
			path: '/.well-known/acme-challenge/:token',
			role: 'public',
			outside: true,
			summary: 'The answer to an ACME http-01 challenge (RFC 8555 §8.3)',
			params: z.object({ token: z.string().regex(/^[\w-]{1,128}$/) }),
			contentType: 'application/octet-stream',
			handler: ({ context, params }) => {
				const answer = certificates.acme.challenges.get(params.token);
				if (answer === undefined) throw new StudioError('not-found', `there is nothing at ${context.path}`);
				context.type = 'application/octet-stream';
				return answer;
			},
		}),
	];
}
