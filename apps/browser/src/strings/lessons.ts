import { lessonStringsKo } from './lessons-ko.js';
import { translated } from './locale.svelte.js';

const en = {
  lesson: 'Lesson',
  lessons: { convolution: 'Depthwise and pointwise', residual: 'The residual block' },
  share: 'The address of this page holds every setting, the place in the animation too.',
  convolution: {
    title: 'One convolution in two ways',
    intro:
      'Left, every filter looks at all input maps at once. Right, each map gets a filter of its own (depthwise), then filters of 1×1 mix the maps (pointwise). Both make as many maps of the same size. They go at the same speed: one multiplication at a time.',
    settings: {
      m: 'Maps in, M',
      n: 'Maps out, N',
      dk: 'Extent of a filter, Dk',
      df: 'Extent of a map, Df',
    },
    controls: 'The animation',
    play: 'Play',
    pause: 'Pause',
    stepOne: 'One multiplication',
    stepValue: (count: number) => `One value (${count})`,
    restart: 'Restart',
    toEnd: 'To the end',
    position: 'Multiplications done on each side',
    speed: 'Speed',
    perSecond: (count: string) => `${count} a second`,
    reducedMotion: 'Your system asks for less motion, so nothing moves by itself: go step by step.',
    at: (done: string, total: string) => `${done} of ${total} multiplications`,
    standard: 'Standard convolution',
    separable: 'Depthwise, then pointwise',
    ofMultiplications: (total: string) => `of ${total} multiplications`,
    counted: (count: string) => `${count} MACs counted by cost-analysis on a graph of these layers`,
    counting: 'Counting on a graph of these layers ...',
    standardFigure: (m: number, n: number, k: number) =>
      `${m} input maps, ${n} filters of ${k} by ${k} by ${m} weights, ${n} output maps. Each value of an output is the sum over all input maps.`,
    separableFigure: (m: number, n: number, k: number) =>
      `${m} input maps, each with a filter of ${k} by ${k} of its own, which gives ${m} maps; then ${n} filters of 1 by 1 by ${m}, which give ${n} output maps.`,
    mapsIn: (m: number) => `M = ${m}`,
    mapsOut: (n: number) => `N = ${n}`,
    filters: (k: number, m: number) => `${k}×${k}×${m}`,
    depthwiseFilters: (k: number) => `${k}×${k}`,
    ratio: 'What the separable form costs, of the standard one. M and Df cancel out.',
    ratioAgrees: 'The counts on the graphs give this ratio too.',
    ratioDiffers: (ratio: string) => `Counted on the graphs: ${ratio}.`,
    zeros:
      'Weights and results are blue above 0 and orange below, and the fainter the closer to it. The dashed border is zeros, so that maps keep their extent. Multiplications with them are counted, as usual.',
    realTitle: 'A real network: MobileNet V1',
    realIntro: 'Thirteen separable blocks, each beside the full convolution that would stand in its place.',
    layer: 'Block',
    macsAndWeights: (macs: string, weights: string) => `${macs} MACs, ${weights} weights`,
    whole: (separable: string, twin: string, share: string) =>
      `The whole network takes ${separable} MACs; with full convolutions it would take ${twin}. That is ${share} of it.`,
    layers: 'The separable blocks of MobileNet V1',
    columns: {
      block: 'Block',
      shape: 'M → N, map',
      standard: 'Standard',
      separable: 'Separable',
      ratio: 'Ratio',
      layers: 'Layers',
      sees: 'Sees',
      weights: 'Weights',
      macs: 'MACs at 56×56',
    },
    source: (source: string) => `Counted by cost-analysis. After ${source}`,
    vggTitle: 'Small filters, one after another',
    vggIntro:
      'Two 3×3 convolutions see as much of the input as one of 5×5, three as much as one of 7×7, with fewer weights, and with a ReLU after each. VGG is built of this.',
    stack: 'Stack',
    stackChoice: (count: number): string => (count === 2 ? 'two 3×3 and one 5×5' : 'three 3×3 and one 7×7'),
    channels: 'Maps in and out of each layer, C',
    stackOf: (count: number): string => (count === 2 ? 'two 3×3' : 'three 3×3'),
    fieldOf: (name: string, sees: number) => `${name}: a value of the output (top) sees ${sees}×${sees} of the input`,
    vggTable: (channels: number) => `With ${channels} maps in and out`,
    more: (large: string, percent: string, count: number) =>
      `One ${large} has ${percent} % more weights and multiplications than ${count === 2 ? 'two' : 'three'} 3×3.`,
  },
  residual: {
    shortcut: 'Shortcut',
    on: 'on',
    off: 'off',
    with: 'with shortcut',
    without: 'without',
    difference: 'the shortcut adds',
    blockTitle: 'The block',
    blockIntro: 'A basic block of ResNet-18, as the zoo builds it. Take its shortcut away, and see what it costs.',
    kind: 'Which block',
    kinds: {
      identity: 'layer1.1: nothing changes shape, the identity',
      zeros: 'layer2.0: twice the maps, zeros are added (option A)',
      projection: 'layer2.0: twice the maps, a 1×1 projects (option B)',
    },
    diagram: (name: string, on: boolean) =>
      `Block ${name}: two convolutions one after another${on ? ', and the input added to what they give' : ', and nothing else'}`,
    onMeans:
      'The block learns what is to be changed about x. If nothing is, weights of 0 do: then the block is the identity.',
    offMeans: 'The block has to make its whole output anew. Even the identity has to be learnt.',
    costs: 'What the block costs',
    columns: {
      block: 'Block',
      params: 'Parameters',
      macs: 'MACs',
      additions: 'Additions',
      network: 'Network',
      loss: 'Loss',
      error: 'Training error',
      testError: 'Test error',
      where: 'Read in',
    },
    free: (additions: string) =>
      `The shortcut costs no parameter and no multiplication: only the ${additions} additions of its sum.`,
    costly: (params: string, macs: string) =>
      `This shortcut has weights of its own: ${params} more parameters and ${macs} more MACs.`,
    depthTitle: 'Many blocks: the signal forward, the gradient back',
    depthIntro:
      'A stack of such blocks before it has learnt anything, with the same weights and the same input with shortcuts and without. Forward: how much the values vary. Back: how much of the gradient of the loss arrives at each block.',
    norm: 'Batch norm',
    newWeights: 'Other weights',
    blocks: 'Depth',
    blockCount: (count: number) => `${count} blocks`,
    gain: 'Starting weights, of He’s',
    gainWithNorm: 'Batch norm divides by it again: without the norm it matters.',
    variance: 'variance',
    gradient: 'gradient',
    arrives: 'Gradient at the first block, that at the last being 1',
    leaves: 'Variance after the last block',
    otherwise: (on: boolean, value: string): string => `${on ? 'without the shortcut' : 'with it'}: ${value}`,
    explodes: 'It explodes: a step that suits the last block is far too large for the first.',
    vanishes: 'It vanishes: the first blocks learn next to nothing.',
    healthy: 'It arrives: first and last block can learn at one rate.',
    chart: (count: number) =>
      `Variance of the values and norm of the gradient over ${count} blocks, on a logarithmic scale, with and without shortcuts. The numbers above are its ends.`,
    blockAxis: 'block',
    logAxis: 'variance, gradient (log scale)',
    normOn:
      'With shortcut and norm, each block adds about the same to the signal: variance and gradient change slowly with depth.',
    normOff:
      'The norm holds the values forward, so nothing seems wrong. But going back, every block multiplies the gradient, and there is no way around it.',
    bareOn:
      'The shortcut alone is not enough: each block adds its own to what comes in, and without a norm the sum grows by a factor a block.',
    bareOff:
      'Without both, values and gradient are multiplied by every block. A little less than 1, many times, is nothing: move the starting weights.',
    how: 'Computed in this browser, in double precision: 8 maps of 8×8, 8 examples, cross entropy over 10 classes; no number is typed in. The gradient is that with respect to the values that leave a block, as a norm.',
    degradationTitle: 'Deeper and worse: train it',
    degradationIntro:
      'A deeper network could copy the shallower one, and let its other layers do nothing. Plain networks do not find even that: the deeper one is worse on the very points that it is trained on. Shortcuts make doing nothing easy.',
    train: 'Train all four',
    trainAgain: 'Train again',
    stop: 'Stop',
    step: (step: number, steps: number) => `Step ${step} of ${steps}`,
    trainingChart: 'Training error of four networks by step; the table has where they are.',
    stepAxis: 'step',
    errorAxis: 'training error',
    trainingTable: 'Where they are',
    trained: 'Done. Compare the two plain networks, then the two residual ones.',
    task: 'Three arms of a spiral, 192 points, all in each step; gradient descent with momentum. Blocks are those of ResNet for CIFAR with dense layers of 12 units in place of convolutions, so that it takes seconds.',
    publishedTable: 'Residual networks on CIFAR-10, as published',
    publishedPlain:
      'With shortcuts, deeper is better up to 110 layers; at 1202 the paper suspects overfitting. For the plain networks of these depths it prints curves (figure 6) and no numbers, so none stand here.',
    cutTitle: 'Take the shortcuts out of a trained network',
    cutIntro:
      'ResNet-20, which comes with the page, has learnt with its nine shortcuts. Its weights stay as they are; what does it say without some of them?',
    picture: 'Picture',
    shortcuts: 'Shortcuts, from the first block to the last',
    shortcutOf: (block: number) => `Shortcut of block ${block}`,
    cutAll: 'Take all out',
    cutNone: 'Put all back',
    withAll: 'With all shortcuts',
    withoutSome: (count: number) => (count === 0 ? 'None is taken out' : `Without ${count} of 9`),
    apart: (share: string) => `${share} of the probability has moved to other classes.`,
  },
};

export type LessonStrings = typeof en;

export const lessonStrings = translated<LessonStrings>({ en, ko: lessonStringsKo });
