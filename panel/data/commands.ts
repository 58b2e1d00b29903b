import type { StripPatch } from '../../service/contract/audio.js';
import type { Applied } from '../../service/contract/buses.js';
import type { GuestInvite, GuestPatch, Invite } from '../../service/contract/guests.js';
import { sourceSceneId } from '../../service/contract/layouts.js';
import type { RecordingCreate } from '../../service/contract/recordings.js';
import type { Scene } from '../../service/contract/scenes.js';
import { sceneOnAir } from '../../service/contract/tally.js';
import { t } from '../texts/texts.js';
import { remove } from './removal.js';
import { Requests } from './requests.js';
import { sceneLabel } from './scenes.js';

/** All requests the switcher makes. */
export class Commands extends Requests {
	/** Duration of the next mix. */
	mixMs = 500;

	/** Called when this page itself changes the preview. */
	onPreview: () => void = () => undefined;
	/** Newest version of each scene from responses, which may be ahead of the events. */
	#versions = new Map<string, number>();
	/** Slot changes run one after another, so that each knows the version created by the one before. */
	#assigned: Promise<void> = Promise.resolve();

	preview(scene: string): Promise<Applied | null> {
		this.onPreview();
		return this.send<Applied>('PUT', '/api/preview', { scene });
	}

	previewSource(source: string): Promise<Applied | null> {
		return this.preview(sourceSceneId(source));
	}

	cutToSource(source: string): Promise<Applied | null> {
		return this.send<Applied>('POST', '/api/cut', { scene: sourceSceneId(source) });
	}

	/**
	 * Second tap of a double tap: cuts to the source, and restores the preview from before the first tap unless it has changed
	 * since.
	 */
	async hotCut(source: string, before: string | null, firstTap: Promise<Applied | null>): Promise<void> {
		const answers = await Promise.all([firstTap, this.cutToSource(source)]);
		const scene = sourceSceneId(source);
		if (before === null || before === scene || !answers.some((answer) => answer?.preview === scene)) return;
		await this.preview(before);
	}

	cut(): Promise<unknown> {
		this.onPreview();
		return this.send('POST', '/api/take', { kind: 'cut', durationMs: 0 });
	}

	mix(): Promise<unknown> {
		this.onPreview();
		return this.send('POST', '/api/take', { kind: 'mix', durationMs: this.mixMs });
	}

	/** Puts a source (null clears) into a box of a scene, given as this page last saw it. */
	async assign(scene: Scene, slot: number, source: string | null): Promise<void> {
		if (sceneOnAir(scene.id, this.show.state?.buses ?? null)) {
			const { title, text, action } = t.elements.assign;
			if (!(await this.ask({ title: title(sceneLabel(scene)), text, action }))) return;
		}
		this.#assigned = this.#assigned.then(() => this.#fill(scene, slot, source));
		await this.#assigned;
	}

	async #fill({ id, version }: Scene, slot: number, source: string | null): Promise<void> {
		const seen = Math.max(version, this.#versions.get(id) ?? 0);
		const saved = await this.send<Scene>('PATCH', `/api/scenes/${encodeURIComponent(id)}/layers/${slot}`, {
			source,
			version: seen,
		});
		if (saved) this.#versions.set(id, saved.version);
		else this.#versions.delete(id);
	}

	strip(strip: string, patch: StripPatch): Promise<unknown> {
		return this.send('PATCH', `/api/audio/${encodeURIComponent(strip)}`, patch);
	}

	record(options: RecordingCreate): Promise<unknown> {
		return this.send('POST', '/api/recordings', options);
	}

	stopRecording(id: string): Promise<unknown> {
		return this.send('POST', `/api/recordings/${encodeURIComponent(id)}/stop`, {});
	}

	invite(name: string, expiresInS: number): Promise<GuestInvite | null> {
		return this.send<GuestInvite>('POST', '/api/guests', { name, expiresInS });
	}

	/** Another link for an existing guest. */
	inviteAgain(id: string, expiresInS: number): Promise<GuestInvite | null> {
		return this.send<GuestInvite>('POST', `/api/guests/${encodeURIComponent(id)}/invite`, { expiresInS });
	}

	invites(id: string): Promise<Invite[] | null> {
		return this.send<Invite[]>('GET', `/api/guests/${encodeURIComponent(id)}/invites`);
	}

	revokeInvite(id: string, invite: string): Promise<unknown> {
		return this.send('DELETE', `/api/guests/${encodeURIComponent(id)}/invites/${encodeURIComponent(invite)}`);
	}

	admit(visitor: string): Promise<unknown> {
		return this.send('POST', `/api/door/visitors/${encodeURIComponent(visitor)}/admit`);
	}

	refuse(visitor: string): Promise<unknown> {
		return this.send('DELETE', `/api/door/visitors/${encodeURIComponent(visitor)}`);
	}

	guest(id: string, patch: GuestPatch): Promise<unknown> {
		return this.send('PATCH', `/api/guests/${encodeURIComponent(id)}`, patch);
	}

	writeTo(guest: string, text: string): Promise<unknown> {
		return this.send('POST', `/api/guests/${encodeURIComponent(guest)}/messages`, { text });
	}

	/** Takes a source off air; the program continues without it. */
	without(source: string): Promise<unknown> {
		return this.send('POST', '/api/program/without', { source });
	}

	removeGuest(id: string, name: string): Promise<void> {
		return remove(this, this.show.state, '/api/guests', { id, name, text: t.elements.removeGuest });
	}
}
