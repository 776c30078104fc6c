// A user who only counts: no tensor library may be needed for it.
import { analyse, type CostReport } from '@convzoo/cost-analysis';
import { buildModel, type ModelName } from '@convzoo/zoo';
import { resnet } from '@convzoo/zoo/resnet';

/** He et al.'s network in torchvision's variant: parameters and MACs as torchvision publishes them. */
const published = { name: 'resnet50', params: 25_557_032, megaMacs: 4089 } as const;

const name: ModelName = published.name;
const report: CostReport = analyse(buildModel(name));
const { params, macs } = report.total;
if (params !== published.params) throw new Error(`${name}: ${params} parameters, not ${published.params}`);
if (Math.round(macs / 1e6) !== published.megaMacs)
  throw new Error(`${name}: ${macs} MACs, not ${published.megaMacs} M`);

// The subpath of one family gives the same network.
const direct = analyse(resnet('resnet50'));
if (direct.total.macs !== macs) throw new Error(`@convzoo/zoo/resnet: ${direct.total.macs} MACs, not ${macs}`);
