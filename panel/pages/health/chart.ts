import { css, html, LitElement, nothing, type PropertyValues, unsafeCSS } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import uPlot from 'uplot';
import uPlotStyles from 'uplot/dist/uPlot.min.css?inline';
import { clockTime, written } from '../../elements/format.js';
import { base } from '../../elements/styles.js';
import { t } from '../../texts/texts.js';
import { figure } from './figure.js';
import type { Curve } from './readings.js';

const heightPx = 150;
const hourS = 3600;
/** More curves than this cannot be told apart; the highest ones are drawn. */
const mostCurves = 10;
const colours = 8;
const dashes = [[], [6, 3], [2, 2]];

/** One group of figures over the last hour: curves, their limit, and below them each value now or at the pointer. */
@customElement('r58-chart')
export class Chart extends LitElement {
	static override styles = [
		unsafeCSS(uPlotStyles),
		base,
		css`
			:host { display: grid; gap: 6px; grid-template-columns: minmax(0, 1fr); align-content: start; }
			.head { display: flex; justify-content: space-between; gap: 8px; align-items: baseline; }
			h3 { margin: 0; font-size: 1rem; }
			.plot { min-height: ${heightPx}px; }
			ul { display: flex; flex-wrap: wrap; gap: 2px 14px; font-size: 0.85rem; }
			li { display: flex; align-items: center; gap: 6px; }
			li b { font-weight: 600; }
			.over { color: var(--bad); }
			svg { flex: none; }
			:host {
				--curve-0: light-dark(#0b57d0, #8ab4ff);
				--curve-1: light-dark(#b45309, #ffb454);
				--curve-2: light-dark(#157f3b, #5fd684);
				--curve-3: light-dark(#a21caf, #f0a0ff);
				--curve-4: light-dark(#0e7490, #67e1f5);
				--curve-5: light-dark(#9f1239, #ff9db4);
				--curve-6: light-dark(#4d5b16, #cddc60);
				--curve-7: light-dark(#4b5563, #c3cad5);
			}
		`,
	];
	@property() label = '';
	@property() unit = '';
	/** ms since 1970. */
	@property({ attribute: false }) times: number[] = [];
	@property({ attribute: false }) curves: Curve[] = [];
	/** Readings further apart than this are not joined by a line. */
	@property({ type: Number }) gapMs = 15_000;
	/** Highest possible value, for percentages. */
	@property({ type: Number }) most: number | null = null;
	/** Index in `times` under the pointer. */
	@state() private at: number | null = null;
	@query('.plot') private plot!: HTMLElement;
	#chart: uPlot | null = null;
	#drawn = '';
	#resize = new ResizeObserver(() => this.#chart?.setSize({ width: this.plot.clientWidth, height: heightPx }));
	#dark = window.matchMedia('(prefers-color-scheme: dark)');
	#theme = new MutationObserver(() => this.#redraw());
	#redraw = () => {
		this.#drawn = '';
		this.requestUpdate();
	};

	override connectedCallback(): void {
		super.connectedCallback();
		this.#dark.addEventListener('change', this.#redraw);
		this.#theme.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
	}

	override disconnectedCallback(): void {
		super.disconnectedCallback();
		this.#dark.removeEventListener('change', this.#redraw);
		this.#theme.disconnect();
		this.#resize.disconnect();
		this.#chart?.destroy();
		this.#chart = null;
		this.#drawn = '';
	}

	override firstUpdated(): void {
		this.#resize.observe(this.plot);
	}

	override updated(changed: PropertyValues): void {
		if (changed.size === 1 && changed.has('at')) return;
		const shown = this.#shown;
		const kind = shown.map(({ name }) => name).join('\n');
		if (this.#chart === null || kind !== this.#drawn) this.#make(kind);
		this.#chart?.setData(this.#data(shown));
	}

	override render() {
		const shown = this.#shown;
		const hidden = this.curves.length - shown.length;
		const time = this.at === null ? null : this.times[this.at];
		const value = ({ values }: Curve) =>
			(this.at === null ? values.slice(-2).findLast((known) => known !== null) : values[this.at]) ?? null;
		return html`<div class="head">
				<h3>${this.label}</h3>
				<span class="dim small">${time ? clockTime(time) : t.health.now}</span>
			</div>
			<div class="plot" role="img" aria-label=${this.#summary(shown)}></div>
			<ul>
				${shown.map((curve, index) => {
					const now = value(curve);
					const over = curve.limit !== null && now !== null && now > curve.limit;
					const limit =
						curve.limit === null || curve.limit === 0
							? nothing
							: html`<span class="dim">${t.health.limit(figure(curve.limit, this.unit))}</span>`;
					return html`<li>
						<svg width="18" height="8" aria-hidden="true">
							<line x1="0" x2="18" y1="4" y2="4" .style=${`stroke: var(--curve-${index % colours})`} stroke-width="3" stroke-dasharray=${dashOf(index).join(' ')} />
						</svg>
						${curve.name} <b class=${over ? 'over' : ''}>${over ? '⚠ ' : ''}${figure(now, this.unit)}</b> ${limit}
					</li>`;
				})}
				${hidden > 0 ? html`<li class="dim">${t.health.lower(hidden)}</li>` : nothing}
			</ul>`;
	}

	/** The curves that were highest in the hour, in their original order so that colours stay. */
	get #shown(): Curve[] {
		if (this.curves.length <= mostCurves) return this.curves;
		const highest = (curve: Curve) => Math.max(...curve.values.map((value) => value ?? Number.NEGATIVE_INFINITY));
		const chosen = new Set([...this.curves].sort((a, b) => highest(b) - highest(a)).slice(0, mostCurves));
		return this.curves.filter((curve) => chosen.has(curve));
	}

	#summary(shown: Curve[]): string {
		const parts = shown.map(({ name, values, limit }) => {
			const known = values.filter((value) => value !== null);
			const text = t.health.curve(name, figure(known.at(-1) ?? null, this.unit), figure(Math.max(...known), this.unit));
			return limit === null ? text : `${text}, ${t.health.limit(figure(limit, this.unit))}`;
		});
		return t.health.summary(this.label, parts.join('; '));
	}

	/** Times in seconds; a gap in the readings breaks the curve. */
	#data(shown: Curve[]): uPlot.AlignedData {
		const times: number[] = [];
		const rows: (number | null)[][] = shown.map(() => []);
		for (const [i, time] of this.times.entries()) {
			if (i > 0 && time - this.times[i - 1]! > this.gapMs) {
				times.push(time / 1000 - 1);
				for (const row of rows) row.push(null);
			}
			times.push(time / 1000);
			for (const [s, row] of rows.entries()) row.push(shown[s]!.values[i] ?? null);
		}
		return [times, ...rows];
	}

	#make(kind: string): void {
		this.#chart?.destroy();
		this.#drawn = kind;
		const colour = (name: string) => resolved(this.plot, `var(${name})`);
		const font = `12px ${getComputedStyle(this).fontFamily}`;
		const axis = { stroke: colour('--dim'), font, grid: { stroke: colour('--line'), width: 0.5 }, ticks: { show: false } };
		const options: uPlot.Options = {
			width: Math.max(200, this.plot.clientWidth),
			height: heightPx,
			padding: [8, 6, 0, 0],
			legend: { show: false },
			cursor: { y: false, drag: { x: false, y: false, setScale: false }, points: { size: 6 } },
			scales: {
				x: { time: true, range: () => this.#span() },
				y: { range: (_, __, highest) => [0, this.#top(highest)] },
			},
			series: [
				{},
				...this.#shown.map((_, index) => ({
					stroke: colour(`--curve-${index % colours}`),
					// Among many curves, the first is the total.
					width: index === 0 && this.#shown.length > 4 ? 3 : 1.5,
					dash: dashOf(index),
					points: { show: false },
				})),
			],
			axes: [
				{
					...axis,
					size: 26,
					space: 60,
					values: (_, splits) => splits.map((second) => written(second * 1000, { timeStyle: 'short' })),
				},
				{ ...axis, size: widthOf, space: 30, values: (_, splits) => splits.map((value) => figure(value, this.unit)) },
			],
			hooks: {
				setCursor: [(chart) => this.#point(chart)],
				draw: [(chart) => this.#drawLimit(chart, colour('--bad'))],
			},
		};
		this.#chart = new uPlot(options, this.#data(this.#shown), this.plot);
	}

	#span(): [number, number] {
		const last = (this.times.at(-1) ?? Date.now()) / 1000;
		return [last - hourS, last];
	}

	/** A limit far above all values would flatten the curve; then it is only written in words. */
	#top(highest: number | null): number {
		if (this.most !== null) return this.most;
		const top = Math.max(highest ?? 0, 1) * 1.15;
		const limit = this.#limit;
		return limit !== null && limit > 0 && limit < top * 4 ? Math.max(top, limit * 1.1) : top;
	}

	get #limit(): number | null {
		const limits = this.#shown.flatMap(({ limit }) => (limit === null ? [] : [limit]));
		return limits.length === 0 ? null : Math.min(...limits);
	}

	#drawLimit({ ctx, bbox, scales, valToPos }: uPlot, stroke: string): void {
		const limit = this.#limit;
		if (limit === null || limit === 0 || limit > (scales.y?.max ?? 0)) return;
		const y = Math.round(valToPos(limit, 'y', true));
		ctx.save();
		ctx.strokeStyle = stroke;
		ctx.setLineDash([4, 4]);
		ctx.beginPath();
		ctx.moveTo(bbox.left, y);
		ctx.lineTo(bbox.left + bbox.width, y);
		ctx.stroke();
		ctx.restore();
	}

	/** Looked up by time, not by index: the data may contain gaps that `times` does not. */
	#point({ cursor, data }: uPlot): void {
		const second = cursor.idx === null || cursor.idx === undefined ? undefined : data[0][cursor.idx];
		const found = second === undefined ? -1 : this.times.findIndex((time) => time / 1000 >= second);
		this.at = found === -1 ? null : found;
	}
}

function dashOf(index: number): number[] {
	return dashes[index % dashes.length]!;
}

/** Width of an axis' longest label, px. */
function widthOf(_: uPlot, labels: string[] | null): number {
	return 14 + 7 * Math.max(4, ...(labels ?? []).map(({ length }) => length));
}

/** Resolves a CSS colour for canvas. */
function resolved(element: HTMLElement, value: string): string {
	element.style.color = value;
	const colour = getComputedStyle(element).color;
	element.style.color = '';
	return colour;
}
