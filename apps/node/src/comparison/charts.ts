import { accuracyChart, type CostAxis, type NetworkPoint } from '@convzoo/charts';
import { renderSvg } from '@convzoo/charts/render';
import { UsageError } from '../errors.js';
import type { ComparedNetwork } from './compare.js';

/** Networks without a published accuracy have no place on a chart. */
export function pointsOf(networks: readonly ComparedNetwork[]): readonly NetworkPoint[] {
  return networks.flatMap(({ accuracy, ...network }) =>
    accuracy === null ? [] : [{ ...network, top1: accuracy.top1, source: accuracy.source }],
  );
}

/**
 * Accuracy against one kind of cost as SVG.
 *
 * @throws UsageError `nothing-to-draw` where no network has a published accuracy
 */
export function accuracySvg(networks: readonly ComparedNetwork[], cost: CostAxis): Promise<string> {
  const points = pointsOf(networks);
  if (points.length === 0) {
    throw new UsageError(
      'nothing-to-draw',
      'None of these networks has a published accuracy at this input, so there is nothing to draw; the table still has their costs.',
    );
  }
  return renderSvg(accuracyChart(points, { cost }));
}
