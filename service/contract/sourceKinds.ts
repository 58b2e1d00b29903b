/** What is true of every source of a kind, for rules that cover all kinds. */
export interface KindTraits {
	/** Somebody is at the other end, with a seat of the same id in `guests`. */
	person: boolean;
	/** Nothing to look at: it never stands in for another source. */
	blank: boolean;
}

const input: KindTraits = { person: false, blank: false };

export const kindTraits = {
	test: input,
	hdmi: input,
	guest: { person: true, blank: false },
	desktop: input,
	media: input,
	rtp: input,
	black: { person: false, blank: true },
} as const satisfies Record<string, KindTraits>;
export type SourceKindName = keyof typeof kindTraits;
