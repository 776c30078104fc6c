/** What a bar of the chart of layers sums. */
export const layerGroups = ['layer', 'block', 'stage', 'kind'] as const;
export type LayerGroup = (typeof layerGroups)[number];
