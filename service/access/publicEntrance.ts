import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Faults } from '../faults/faults.js';
import { closeServer, createTunnelServer, type Handlers } from '../http/listener.js';
import type { AccessSettings } from '../settings/access.js';
import type { Settings } from '../settings/settings.js';
import type { LiveState } from '../state/state.js';
import type { Log } from '../util/log.js';
import type { Certificates } from './certificates.js';
import { Tunnel } from './tunnel.js';

export interface PublicEntranceOptions {
	settings: Settings;
	certificates: Certificates;
	state: LiveState;
	faults: Pick<Faults, 'raise' | 'clear'>;
	log: Log;
}

/** Applies the access settings while the service runs: the certificate for the public name, and the tunnel with its listener. */
export class PublicEntrance {
	readonly tunnel: Tunnel;
	#server: Server | null = null;
	#apply = (): void => {
		this.apply().catch((error: unknown) => this.o.log.error({ err: error }, 'cannot apply the access settings'));
	};

	constructor(
		private readonly o: PublicEntranceOptions,
		private readonly handlers: Handlers,
	) {
		const { certificates, state, faults, log } = o;
		this.tunnel = new Tunnel(certificates.device.files, faults, log, state.own('tunnel'));
	}

	async start(): Promise<void> {
		this.o.settings.on('change', this.#apply);
		await this.apply();
	}

	async stop(): Promise<void> {
		this.o.settings.off('change', this.#apply);
		this.tunnel.stop();
		if (this.#server) await closeServer(this.#server);
	}

	async apply(): Promise<void> {
		const { access } = this.o.settings.current;
		const name = access.publicUrl === null ? null : new URL(access.publicUrl).hostname;
		const { acme } = access;
		this.o.certificates.setPublic(name, acme && name !== null ? { name, ...acme } : null);
		this.o.certificates.ensure().catch((error: unknown) => this.o.log.error({ err: error }, 'cannot renew the certificate'));
		await this.#applyTunnel(access);
	}

	async #applyTunnel({ tunnel }: AccessSettings): Promise<void> {
		if (!tunnel?.enabled) {
			this.tunnel.stop();
			return;
		}
		this.#server ??= createTunnelServer(this.handlers);
		const server = this.#server;
		if (!server.listening) {
			await new Promise<void>((resolve, reject) => {
				server.once('error', reject);
				server.listen(0, '127.0.0.1', () => {
					server.removeListener('error', reject);
					resolve();
				});
			});
		}
		this.tunnel.set(tunnel, (server.address() as AddressInfo).port);
	}
}
