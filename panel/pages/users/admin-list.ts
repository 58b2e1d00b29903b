import { LitElement } from 'lit';
import { property } from 'lit/decorators.js';
import type { Question } from '../../data/requests.js';
import { Attempt } from '../../elements/attempt.js';
import { base } from '../../elements/styles.js';
import { listStyles } from './list-styles.js';

/** A list that loads when shown and reloads after each change. Event `changed`. */
export abstract class AdminList extends LitElement {
	static override styles = [base, listStyles];
	@property({ attribute: false }) ask!: (question: Question) => Promise<boolean>;
	protected readonly attempt = new Attempt(this);

	protected abstract read(): Promise<void>;

	override connectedCallback(): void {
		super.connectedCallback();
		void this.attempt.run(() => this.read());
	}

	/** Runs the action, if there is one, and reloads the list. */
	protected change(action?: () => Promise<void>): Promise<void> {
		return this.attempt.run(async () => {
			await action?.();
			await this.read();
			this.dispatchEvent(new Event('changed'));
		});
	}
}
