import { z } from 'zod';

export const certificateInstallSchema = z.strictObject({
	/** The server's certificate and its intermediates, without the root; PEM. */
	chainPem: z.string().min(1).max(32_768),
	/** Its private key without a password, PEM. */
	keyPem: z.string().min(1).max(16_384),
});
export const certificateInfoSchema = z.object({
	/** own: installed by a technician. acme: obtained for the public name. device: signed by the device's own authority. */
	kind: z.enum(['own', 'acme', 'device']),
	names: z.array(z.string()),
	/** Names and addresses of the studio that it does not cover; the next one in the list serves them. */
	lacks: z.array(z.string()),
	issuer: z.string(),
	validFrom: z.string(),
	validTo: z.string(),
	/** SHA-256. */
	fingerprint: z.string(),
});
export type CertificateInfo = z.infer<typeof certificateInfoSchema>;
export const certificatesSchema = z.object({
	authority: z.object({
		name: z.string(),
		fingerprint: z.string(),
		validTo: z.string(),
		/** It may sign for any name and should be replaced. */
		unbounded: z.boolean(),
	}),
	/** In order of preference. */
	served: z.array(certificateInfoSchema),
	acmeError: z.string().nullable(),
});
export type Certificates = z.infer<typeof certificatesSchema>;
