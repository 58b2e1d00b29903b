/* Clients of others, unchanged, for a page of another origin. Bundled by foreignPage.ts. */

import { WebRTCPlayer } from '@eyevinn/webrtc-player';
import { WHIPClient } from '@eyevinn/whip-web-client';

globalThis.foreign = {
	async publish(endpoint, authkey) {
		const client = new WHIPClient({ endpoint, opts: { authkey } });
		await client.setIceServersFromEndpoint();
		await client.ingest(await navigator.mediaDevices.getUserMedia({ video: true, audio: true }));
		this.publisher = client;
		return client.getResourceUrl();
	},

	leave() {
		return this.publisher.destroy();
	},

	async watch(endpoint, token) {
		this.player = new WebRTCPlayer({ video: document.querySelector('video'), type: 'whep' });
		await this.player.load(new URL(endpoint), `Bearer ${token}`);
	},

	unload() {
		return this.player.unload();
	},

	/** As MediaMTX's reader does: a data channel for metadata beside the media. */
	async watchWithDataChannel(endpoint, token) {
		const peer = new RTCPeerConnection();
		this.player = { unload: () => peer.close() };
		peer.ontrack = ({ streams }) => (document.querySelector('video').srcObject = streams[0]);
		for (const kind of ['video', 'audio']) peer.addTransceiver(kind, { direction: 'recvonly' });
		peer.createDataChannel('');
		await peer.setLocalDescription();
		const response = await fetch(endpoint, {
			method: 'POST',
			headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/sdp' },
			body: peer.localDescription.sdp,
		});
		await peer.setRemoteDescription({ type: 'answer', sdp: await response.text() });
	},
};
