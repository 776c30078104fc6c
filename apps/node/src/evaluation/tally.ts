/** Bins of confidence, all of one width: as many as Guo et al. 2017 ("On Calibration of Modern Neural Networks") take. */
const BINS = 15;

/** One bin of a reliability diagram: pictures whose most probable class had a probability above `from`, up to `to`. */
export interface ReliabilityBin {
  readonly from: number;
  readonly to: number;
  readonly pictures: number;
  /** Mean probability of the most probable class; 0 where the bin is empty. */
  readonly confidence: number;
  /** Share of these pictures that were answered right; 0 where the bin is empty. */
  readonly accuracy: number;
}

/** Whether the network is right as often as its probabilities say. */
export interface Calibration {
  /** Expected calibration error: |accuracy - confidence| of the bins, weighted by their pictures. */
  readonly ece: number;
  /** Maximum calibration error: the largest of them. */
  readonly mce: number;
  /** Mean probability of the most probable class. */
  readonly confidence: number;
  /** Mean of -ln of the right class's probability. */
  readonly logLoss: number;
  /** Mean of the squared distance between the probabilities and the right answer, over all classes: 0 to 2. */
  readonly brier: number;
  readonly bins: readonly ReliabilityBin[];
}

export interface ClassResult {
  readonly index: number;
  /** Pictures of this class, those answered right, and those that were taken for it, rightly or not. */
  readonly pictures: number;
  readonly right: number;
  readonly predicted: number;
  /** right / pictures, right / predicted, and their harmonic mean; 0 where there is nothing to divide by. */
  readonly recall: number;
  readonly precision: number;
  readonly f1: number;
}

/** Pictures of one class that were taken for one class. */
export interface Confusion {
  readonly index: number;
  readonly predicted: number;
  readonly pictures: number;
}

export interface Scores {
  /** Pictures that were answered. */
  readonly of: number;
  readonly top1: number;
  readonly top5: number;
  readonly classes: readonly ClassResult[];
  /** Means over the classes that have pictures or were taken for one. */
  readonly macro: { readonly recall: number; readonly precision: number; readonly f1: number };
  /** The confusion matrix without its zeros, in the order of class and prediction. */
  readonly confusion: readonly Confusion[];
  readonly calibration: Calibration;
}

const ratio = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);

/** Counts answers one by one; it keeps counts, and no picture. */
export class Tally {
  private of = 0;
  private top1 = 0;
  private top5 = 0;
  private confidence = 0;
  private logLoss = 0;
  private brier = 0;
  private readonly pairs = new Map<number, number>();
  private readonly bins = Array.from({ length: BINS }, () => ({ pictures: 0, confidence: 0, right: 0 }));

  constructor(private readonly classes: number) {}

  get right(): number {
    return this.top1;
  }

  /** One picture: how many classes came before the right one, the first of all, and the probability of each class. */
  add(label: number, place: number, predicted: number, probabilities: Float64Array): void {
    this.of++;
    if (place === 0) this.top1++;
    if (place < 5) this.top5++;
    const pair = label * this.classes + predicted;
    this.pairs.set(pair, (this.pairs.get(pair) ?? 0) + 1);
    const confidence = probabilities[predicted] ?? 0;
    this.confidence += confidence;
    this.logLoss -= Math.log(Math.max(probabilities[label] ?? 0, Number.EPSILON));
    this.brier += probabilities.reduce((sum, p, index) => sum + (p - (index === label ? 1 : 0)) ** 2, 0);
    const bin = this.bins[Math.min(BINS - 1, Math.max(0, Math.ceil(confidence * BINS) - 1))];
    if (bin === undefined) return;
    bin.pictures++;
    bin.confidence += confidence;
    if (place === 0) bin.right++;
  }

  scores(): Scores {
    const { of, top1, top5 } = this;
    const classes = this.classResults();
    const seen = classes.filter(({ pictures, predicted }) => pictures + predicted > 0);
    const mean = (field: 'recall' | 'precision' | 'f1'): number =>
      ratio(
        seen.reduce((sum, each) => sum + each[field], 0),
        seen.length,
      );
    return {
      of,
      top1,
      top5,
      classes,
      macro: { recall: mean('recall'), precision: mean('precision'), f1: mean('f1') },
      confusion: [...this.pairs]
        .sort(([a], [b]) => a - b)
        .map(([pair, pictures]) => ({ ...this.classesOf(pair), pictures })),
      calibration: this.calibration(),
    };
  }

  private classesOf(pair: number): { readonly index: number; readonly predicted: number } {
    return { index: Math.floor(pair / this.classes), predicted: pair % this.classes };
  }

  private classResults(): readonly ClassResult[] {
    const counts = Array.from({ length: this.classes }, () => ({ pictures: 0, right: 0, predicted: 0 }));
    for (const [pair, pictures] of this.pairs) {
      const { index, predicted } = this.classesOf(pair);
      const [own, taken] = [counts[index], counts[predicted]];
      if (own !== undefined) own.pictures += pictures;
      if (taken !== undefined) taken.predicted += pictures;
      if (own !== undefined && index === predicted) own.right += pictures;
    }
    return counts.map(({ pictures, right, predicted }, index) => ({
      index,
      pictures,
      right,
      predicted,
      recall: ratio(right, pictures),
      precision: ratio(right, predicted),
      f1: ratio(2 * right, pictures + predicted),
    }));
  }

  private calibration(): Calibration {
    const { of } = this;
    const bins = this.bins.map(({ pictures, confidence, right }, i) => ({
      from: i / BINS,
      to: (i + 1) / BINS,
      pictures,
      confidence: ratio(confidence, pictures),
      accuracy: ratio(right, pictures),
    }));
    const gaps = bins.map(({ pictures, confidence, accuracy }) => ({ pictures, gap: Math.abs(accuracy - confidence) }));
    return {
      ece: gaps.reduce((sum, { pictures, gap }) => sum + ratio(pictures, of) * gap, 0),
      mce: gaps.reduce((most, { gap }) => Math.max(most, gap), 0),
      confidence: ratio(this.confidence, of),
      logLoss: ratio(this.logLoss, of),
      brier: ratio(this.brier, of),
      bins,
    };
  }
}

/** Wilson's interval for a share, at 95 %: right also for few pictures and for shares near 0 and 1. */
export function wilsonInterval(right: number, of: number): readonly [number, number] {
  if (of === 0) return [0, 1];
  const z = 1.959963984540054;
  const share = right / of;
  const centre = share + (z * z) / (2 * of);
  const spread = z * Math.sqrt((share * (1 - share)) / of + (z * z) / (4 * of * of));
  const scale = 1 + (z * z) / of;
  return [Math.max(0, (centre - spread) / scale), Math.min(1, (centre + spread) / scale)];
}
