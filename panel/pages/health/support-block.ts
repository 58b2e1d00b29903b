import { css, html, LitElement, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { send, sentence } from '../../data/http.js';
import { bytes } from '../../elements/format.js';
import { base } from '../../elements/styles.js';
import { t } from '../../texts/texts.js';

/** A bundle takes a few seconds, up to a minute on a busy machine. */
const timeoutMs = 120_000;

/** One file with everything a helper needs, and nothing private. */
@customElement('r58-support-block')
export class SupportBlock extends LitElement {
	static override styles = [
		base,
		css`
			:host { display: grid; gap: 10px; grid-template-columns: minmax(0, 1fr); }
			.row { display: flex; flex-wrap: wrap; gap: 8px 16px; align-items: center; }
		`,
	];
	@state() private busy = false;
	@state() private error: string | null = null;
	@state() private made: string | null = null;

	override render() {
		return html`<h2>${t.health.support.title}</h2>
			<p>
				${t.health.support.text} <code>npx r58 support</code>.
			</p>
			<div class="row">
				<button data-testid="support-button" ?disabled=${this.busy} @click=${this.#download}>
					${this.busy ? t.health.support.busy : t.health.support.action}
				</button>
				<a class="button" data-testid="logs-link" href="/logs">${t.health.support.log}</a>
				<span role="status" class="dim small">${this.made ?? ''}</span>
			</div>
			${this.error ? html`<p class="callout" role="alert">${this.error}</p>` : nothing}`;
	}

	async #download(): Promise<void> {
		this.busy = true;
		this.error = null;
		this.made = null;
		try {
			const response = await send('/api/support', { signal: AbortSignal.timeout(timeoutMs) });
			const name = /filename="([^"]+)"/.exec(response.headers.get('content-disposition') ?? '')?.[1] ?? 'r58-support.tar.gz';
			const file = await response.blob();
			const url = URL.createObjectURL(file);
			Object.assign(document.createElement('a'), { href: url, download: name }).click();
			// Most browsers have taken it over by the next turn; the minute is for slow ones.
			setTimeout(() => URL.revokeObjectURL(url), 60_000);
			this.made = `${name}, ${bytes(file.size)}`;
		} catch (error) {
			this.error = sentence(error);
		}
		this.busy = false;
	}
}
