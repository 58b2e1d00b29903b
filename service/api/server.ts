import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { messageOf, StudioError } from '../errors.js';
import type { Store } from '../store/store.js';
import type { Studio } from '../studio.js';
import type { Certificate } from '../system/certificate.js';
import type { Log } from '../system/log.js';
import { createApp } from './app.js';
import { audioRoutes } from './audio.js';
import { Auth } from './auth.js';
import { authorityRoutes } from './authority.js';
import { busRoutes } from './buses.js';
import { encoderRoutes } from './encoder.js';
import { EventsHub, eventsPath, eventsRoutes } from './events.js';
import { statusOf } from './failure.js';
import { allowGuestEvents, GuestEventsHub, guestEventsSubject } from './guestEvents.js';
import { guestRoutes } from './guests.js';
import { healthRoutes } from './health.js';
import { iceServerRoutes } from './iceServers.js';
import { closeGraceMs, closeServer, createHttpServer, createHttpsServer, listen, refuseUpgrade } from './listener.js';
import { Metrics, metricsRoutes } from './metrics.js';
import { openApiRoutes } from './openapi.js';
import { panelRoutes } from './panel.js';
import { recordingRoutes } from './recordings.js';
import type { Route } from './route.js';
import { sceneRoutes } from './scenes.js';
import type { Services } from './services.js';
import { sessionRoutes } from './session.js';
import { sourceRoutes } from './sources.js';
import { stateRoutes } from './state.js';
import { streamerRoutes } from './streamers.js';
import { systemRoutes } from './system.js';
import { targetRoutes } from './targets.js';
import { tokenRoutes } from './tokens.js';
import { whepRoutes } from './whep.js';
import { whipRoutes } from './whip.js';

export interface ApiOptions {
	studio: Studio;
	store: Store;
	log: Log;
	/** After `ensure()`. */
	certificate: Certificate;
	/** Folder of the built panel. */
	panelDir: string;
	/** Lets programs of this machine look (`r58 status`). */
	statusToken?: string;
}

export interface Api {
	/** Every declared route. */
	readonly routes: readonly Route[];
	/** Port 0 = any free one. Throws StudioError `conflict` when a port is taken; then nothing listens. */
	listen(ports: { http: number; https: number }): Promise<{ httpUrl: string; httpsUrl: string }>;
	close(): Promise<void>;
}

/** How often the certificate is compared with the addresses of the machine, which may come after the service's start. */
const certificateCheckMs = 15_000;

/** Everything between the socket and the studio. */
export function createApi({ studio, store, log, certificate, panelDir, statusToken }: ApiOptions): Api {
	const services: Services = { studio, store, log, auth: new Auth(store, studio, statusToken) };
	const events = new EventsHub({ studio, log });
	const guestEvents = new GuestEventsHub({ studio, log });
	const metrics = new Metrics(events);
	const routes: Route[] = [];
	routes.push(
		...sessionRoutes(services),
		...tokenRoutes(services),
		...healthRoutes(services),
		...stateRoutes(services),
		...eventsRoutes(),
		...sourceRoutes(services),
		...guestRoutes(services),
		...whipRoutes(services),
		...whepRoutes(services),
		...iceServerRoutes(),
		...sceneRoutes(services),
		...busRoutes(services),
		...audioRoutes(services),
		...recordingRoutes(services),
		...streamerRoutes(services),
		...targetRoutes(services),
		...encoderRoutes(services),
		...systemRoutes(services),
		...metricsRoutes(services, metrics),
		...openApiRoutes(routes),
		...authorityRoutes(certificate),
		...panelRoutes(panelDir),
	);
	const eventsRole = routes.find(({ path }) => path === eventsPath)!.role;

	const handle = createApp(routes, services, metrics).callback();
	const upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
		socket.on('error', (error) => log.debug({ err: error }, 'upgraded socket'));
		const path = request.url?.split('?')[0] ?? '';
		const guest = guestEventsSubject(path);
		const authorize = (): void => {
			if (path !== eventsPath && guest === null) throw new StudioError('not-found', 'there is no WebSocket here');
			const caller = services.auth.identify(request);
			services.auth.authorize(request, caller, guest === null ? eventsRole : 'guest');
			if (guest !== null) allowGuestEvents(caller!, guest);
		};
		try {
			authorize();
		} catch (error) {
			const { code, message } = error instanceof StudioError ? error : new StudioError('internal', messageOf(error));
			const headers = { 'Content-Type': 'application/json', ...(code === 'unauthorized' && { 'WWW-Authenticate': 'Bearer' }) };
			refuseUpgrade(socket, statusOf[code], headers, JSON.stringify({ error: { code, message } }));
			return;
		}
		const stillAllowed = () => allowed(authorize);
		if (guest === null) events.accept(request, socket, head, stillAllowed);
		else guestEvents.accept(request, socket, head, guest, stillAllowed);
	};

	let httpsPort = 0;
	const http = createHttpServer({ handle, upgrade, log }, () => httpsPort);
	const https = createHttpsServer({ handle, upgrade, log }, certificate.server);
	let certificateTimer: NodeJS.Timeout | undefined;

	const renewCertificate = async (): Promise<void> => {
		try {
			if (!(await certificate.ensure())) return;
			https.setSecureContext({ cert: certificate.server.certPem, key: certificate.server.keyPem });
		} catch (error) {
			log.onceASecond('certificate').error({ err: error }, 'cannot renew the certificate');
		}
	};

	return {
		routes,
		async listen(ports) {
			const httpPort = await listen(http, ports.http, 'http');
			try {
				httpsPort = await listen(https, ports.https, 'https');
			} catch (error) {
				await closeServer(http);
				throw error;
			}
			events.start();
			guestEvents.start();
			metrics.start();
			certificateTimer = setInterval(() => void renewCertificate(), certificateCheckMs).unref();
			return { httpUrl: `http://127.0.0.1:${httpPort}`, httpsUrl: `https://127.0.0.1:${httpsPort}` };
		},
		async close() {
			clearInterval(certificateTimer);
			events.stop();
			guestEvents.stop();
			metrics.stop();
			// The servers do not know upgraded connections, and wait for them.
			const cut = setTimeout(() => {
				events.terminate();
				guestEvents.terminate();
			}, closeGraceMs);
			await Promise.all([closeServer(http), closeServer(https)]);
			clearTimeout(cut);
		},
	};
}

function allowed(authorize: () => void): boolean {
	try {
		authorize();
		return true;
	} catch {
		return false;
	}
}
