import { html, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import type { Target, TargetPatch } from '../../../service/contract/targets.js';
import { request } from '../../data/http.js';
import { FormDialog } from '../../elements/form-dialog.js';

interface Streams {
	picture: boolean;
	sound: boolean;
}

/** Adds a place the program is sent to, or changes one. */
@customElement('r58-target-dialog')
export class TargetDialog extends FormDialog {
	/** As it was when the dialog was opened; null for a new one. */
	@state() private target: Target | null = null;
	@state() private streams: Streams | null = null;
	protected readonly name = 'target';

	show(target: Target | null): Promise<void> {
		this.target = target;
		this.streams = { picture: target === null || target.videoPort !== null, sound: target === null || target.audioPort !== null };
		return this.open();
	}

	protected heading(): string {
		return this.target?.label ?? 'Add an RTP target';
	}

	protected action(): string {
		if (this.target) return this.busy ? 'Saving…' : 'Save';
		return this.busy ? 'Adding…' : 'Add and start';
	}

	protected fields() {
		const { target, streams } = this;
		if (!streams) return nothing;
		return html`
			${target ? nothing : html`<p class="dim">The program goes out as plain RTP: H.264 as payload type 96, Opus as 111.</p>`}
			<label>Name
				<input name="label" data-testid="target-label" value=${target?.label ?? ''} placeholder="Video wall" maxlength="80" required autocomplete="off" />
			</label>
			<label>Address of the receiver
				<input
					name="host" data-testid="target-host" value=${target?.host ?? ''} placeholder="192.0.2.7 or wall.example"
					maxlength="253" required autocomplete="off" autocapitalize="none" spellcheck="false"
				/>
			</label>
			<div class="row">
				${this.#stream('picture', 'Picture', 'target-video-port', target?.videoPort ?? 5004)}
				${this.#stream('sound', 'Sound', 'target-audio-port', target?.audioPort ?? 5006)}
			</div>
		`;
	}

	#stream(stream: keyof Streams, word: string, testid: string, port: number) {
		const on = this.streams![stream];
		const choose = (event: Event) => {
			this.streams = { ...this.streams!, [stream]: (event.target as HTMLSelectElement).value === 'send' };
		};
		return html`<label>${word}
				<select data-testid="target-${stream}" @change=${choose}>
					<option value="send" .selected=${on}>Sent</option>
					<option value="" .selected=${!on}>Not sent</option>
				</select>
			</label>
			<label>UDP port
				<input
					name=${stream} type="number" aria-label="UDP port, ${word}" inputmode="numeric" data-testid=${testid} min="1024" max="65535" step="1"
					value=${port} required ?disabled=${!on}
				/>
			</label>`;
	}

	protected async save(values: FormData): Promise<void> {
		// Disabled fields are not among the values.
		const port = (stream: keyof Streams) => (values.has(stream) ? Number(values.get(stream)) : null);
		const wanted = {
			label: String(values.get('label')).trim(),
			host: String(values.get('host')).trim(),
			videoPort: port('picture'),
			audioPort: port('sound'),
		};
		if (wanted.videoPort === null && wanted.audioPort === null) throw new Error('Send the picture, the sound, or both.');
		if (wanted.videoPort === wanted.audioPort) throw new Error('Picture and sound need different ports.');
		const { target } = this;
		if (!target) {
			await request('POST', '/api/targets', { body: { kind: 'rtp', ...wanted } });
			return;
		}
		const patch: TargetPatch = Object.fromEntries(
			Object.entries(wanted).filter(([key, value]) => target[key as keyof typeof wanted] !== value),
		);
		if (Object.keys(patch).length > 0) await request('PATCH', `/api/targets/${encodeURIComponent(target.id)}`, { body: patch });
	}
}
