import { html, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import type { Target, TargetPatch } from '../../../service/contract/targets.js';
import { request } from '../../data/http.js';
import { FormDialog } from '../../elements/form-dialog.js';
import { t } from '../../texts/texts.js';

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
		return this.target?.label ?? t.targets.add;
	}

	protected action(): string {
		if (this.target) return this.busy ? t.words.saving : t.words.save;
		return this.busy ? t.words.adding : t.targets.addAndStart;
	}

	protected fields() {
		const { target, streams } = this;
		if (!streams) return nothing;
		return html`
			${target ? nothing : html`<p class="dim">${t.targets.format}</p>`}
			<label>${t.words.name}
				<input name="label" data-testid="target-label" value=${target?.label ?? ''} placeholder=${t.targets.example} maxlength="80" required autocomplete="off" />
			</label>
			<label>${t.targets.host}
				<input
					name="host" data-testid="target-host" value=${target?.host ?? ''} placeholder=${t.targets.hostExample}
					maxlength="253" required autocomplete="off" autocapitalize="none" spellcheck="false"
				/>
			</label>
			<div class="row">
				${this.#stream('picture', t.words.picture, 'target-video-port', target?.videoPort ?? 5004)}
				${this.#stream('sound', t.words.sound, 'target-audio-port', target?.audioPort ?? 5006)}
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
					<option value="send" .selected=${on}>${t.targets.send}</option>
					<option value="" .selected=${!on}>${t.targets.doNotSend}</option>
				</select>
			</label>
			<label>${t.words.udpPort}
				<input
					name=${stream} type="number" aria-label=${t.words.udpPortOf(word)} inputmode="numeric" data-testid=${testid} min="1024" max="65535" step="1"
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
		if (wanted.videoPort === null && wanted.audioPort === null) throw new Error(t.targets.streamsNeeded);
		if (wanted.videoPort === wanted.audioPort) throw new Error(t.words.differentPorts);
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
