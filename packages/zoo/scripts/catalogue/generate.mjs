// Writes src/pretrained/data/*.ts from what extract.py read. See README.md beside this file.
import { readFileSync, writeFileSync } from 'node:fs';
import { isTrainable, paramsOf, sizeOf } from '@convzoo/layers';
import { buildModel, resolveModel } from '@convzoo/zoo';

const [factsPath] = process.argv.slice(2);
const facts = JSON.parse(readFileSync(factsPath, 'utf8'));
const here = (path) => new URL(path, import.meta.url);
const published = JSON.parse(readFileSync(here('../../../../fixtures/reference/published.json'), 'utf8'));

/** The names by which a preset of @convzoo/preprocessing normalises. */
const NORMALISATIONS = {
  '0.485,0.456,0.406 0.229,0.224,0.225': 'imagenet-torch',
  '0.5,0.5,0.5 0.5,0.5,0.5': 'imagenet-tf-inception',
};

const LICENCES = { BSD: 'BSD-3-Clause', 'Apache License 2.0': 'Apache-2.0' };
const licence = (text) =>
  LICENCES[text] ??
  text
    ?.replace(/^apache-/, 'Apache-')
    .replace(/^bsd-3-clause$/, 'BSD-3-Clause')
    .replace(/^mit$/, 'MIT')
    .replace(/^cc-by-nc/, 'CC-BY-NC');

const counted = new Map();
function paramsIn(model, options) {
  const key = JSON.stringify([model, options.dialect, options.classes]);
  if (!counted.has(key)) {
    const trainable = paramsOf(buildModel(model, options)).filter(isTrainable);
    counted.set(
      key,
      trainable.reduce((sum, { shape }) => sum + sizeOf(shape), 0),
    );
  }
  return counted.get(key);
}

/** Undefined for a network that the zoo does not have. */
function inZoo(spec) {
  try {
    return resolveModel(spec);
  } catch (error) {
    if (error.code === 'unknown-model' || error.code === 'bad-option') return undefined;
    throw error;
  }
}

function torchvision() {
  const { version, license, weights } = facts.torchvision;
  return weights.flatMap((w) => {
    const resolved = inZoo(`torchvision/${w.model}`);
    // Without an accuracy it is a body without its classifier (VGG-16 for SSD).
    if (resolved === undefined || w.top1 === null) return [];
    const { preprocessing: p } = w;
    const [, digest] = /-([0-9a-f]{8,})\.pth$/.exec(w.url) ?? [];
    return {
      name: `torchvision/${w.model}.${w.tag.toLowerCase()}`,
      model: p.crop_size === resolved.entry.input[0] ? w.model : `${w.model}@${p.crop_size}`,
      dialect: 'torchvision',
      isDefault: w.default,
      location: w.url,
      format: 'pytorch',
      ...(digest && { checksum: { algorithm: 'sha256', digest } }),
      mebibytes: w.mebibytes,
      licence: licence(w.license ?? license),
      source: `${w.file}, torchvision ${version}`,
      input: [p.crop_size, p.crop_size, 3],
      classes: 1000,
      params: w.params,
      top1: w.top1,
      top5: w.top5,
      preprocessing: {
        // GoogLeNet and Inception turn ImageNet's normalisation into TensorFlow's inside (transform_input): the zoo's preset.
        preset: resolved.preset,
        resize: p.resize_size,
        crop: p.crop_size,
        interpolation: p.interpolation,
      },
    };
  });
}

const results = readFileSync(here('timm-results.csv'), 'utf8').trim().split('\n').slice(1);
const timmResults = new Map(
  results.map((line) => {
    const [name, top1, error1, top5, error5, millions, size] = line.split(',');
    const isWhole = (a, b) => Math.abs(Number(a) + Number(b) - 100) < 1e-9;
    if (!isWhole(top1, error1) || !isWhole(top5, error5)) throw new Error(`miscopied: ${line}`);
    return [name, { top1: Number(top1), top5: Number(top5), millions: Number(millions), size: Number(size) }];
  }),
);

/** The row at the input that the weights are loaded with, or else the one that is there. */
function timmAccuracy(name, size, params) {
  const rows = published.filter(({ source, variant, top1 }) => source === 'timm' && variant === name && top1 !== null);
  const row = rows.find(({ input }) => input[1] === size) ?? rows[0];
  if (row !== undefined) return { top1: row.top1, top5: row.top5, size: row.input[1] };
  const other = timmResults.get(name);
  if (other === undefined) return undefined;
  if (Math.abs(other.millions * 1e6 - params) > 5001)
    throw new Error(`${name}: ${params} parameters, not ${other.millions} M`);
  return other;
}

function timm() {
  const { version, weights } = facts.timm;
  return weights.flatMap((w) => {
    const [model] = w.name.split('.');
    const resolved = inZoo(`timm/${model}`);
    // Without classes they are features; with CLIP's 640 outputs, embeddings: no classifiers.
    if (resolved === undefined || w.num_classes < 1000) return [];
    const [, size] = w.input_size;
    const options = { dialect: 'timm', ...(w.num_classes !== 1000 && { classes: w.num_classes }) };
    const params = paramsIn(model, options);
    const accuracy = timmAccuracy(w.name, size, params);
    const preset = NORMALISATIONS[`${w.mean} ${w.std}`];
    const squash = w.crop_mode === 'squash';
    return {
      name: `timm/${w.name}`,
      model: size === resolved.entry.input[0] ? model : `${model}@${size}`,
      dialect: 'timm',
      isDefault: w.default,
      location: `hf://${w.repo}/${w.hf_hub_filename ?? 'model.safetensors'}`,
      format: 'safetensors',
      licence: licence(w.license),
      source: `${w.file}, timm ${version}`,
      input: [size, size, 3],
      classes: w.num_classes,
      params,
      ...(accuracy && { top1: accuracy.top1, top5: accuracy.top5 }),
      ...(accuracy && accuracy.size !== size && { measuredAt: accuracy.size }),
      preprocessing: {
        preset: preset ?? 'imagenet-torch',
        ...(preset === undefined && { mean: w.mean, std: w.std }),
        resize: squash ? size : Math.floor(size / w.crop_pct),
        crop: size,
        interpolation: w.interpolation,
        ...(squash && { squash }),
      },
    };
  });
}

/** A size at which TF-slim, from which Keras has them, published MobileNet V2. Keras's code would name any. */
const isPublishedMobileNetV2 = ({ alpha, rows }) =>
  published.some(
    ({ source, name }) => source === 'tf-slim' && name === `mobilenet_v2_${alpha.toFixed(2).replace(/0$/, '')}_${rows}`,
  );

function keras() {
  const { version, license, weights } = facts.keras;
  return weights.flatMap((w) => {
    if (w.model === 'MobileNetV2' && !isPublishedMobileNetV2(w)) return [];
    const base =
      {
        MobileNetV3Large_minimalistic: 'mobilenet_v3_large_minimalistic',
        MobileNetV3Small_minimalistic: 'mobilenet_v3_small_minimalistic',
      }[w.model] ?? w.model;
    const resolved = inZoo(`keras/${base}`);
    if (resolved === undefined) throw new Error(`the zoo has no keras/${base}`);
    const size = w.rows ?? resolved.entry.input[0];
    const wide = w.alpha !== undefined && w.alpha !== 1;
    const small = size !== resolved.entry.input[0];
    const suffix = wide ? `@${w.alpha}${small ? `,${size}` : ''}` : small ? `@${size}` : '';
    const row =
      wide || small ? undefined : published.find(({ source, name }) => source === 'keras' && name === w.model);
    const top1 = w.top1 ?? row?.top1;
    const digest = w.hash ?? undefined;
    return {
      name: `keras/${base}${suffix}`,
      model: `${base}${suffix}`,
      dialect: 'keras',
      isDefault: suffix === '',
      location: w.url,
      format: 'keras-h5',
      ...(digest && { checksum: { algorithm: digest.length === 64 ? 'sha256' : 'md5', digest } }),
      licence: licence(license),
      source: `${w.file}, Keras ${version}`,
      input: [size, size, 3],
      classes: 1000,
      params: paramsIn(`${base}${suffix}`, { dialect: 'keras' }),
      ...(top1 != null && { top1 }),
      ...(row?.top5 != null && { top5: row.top5 }),
      preprocessing: { preset: resolved.preset, crop: size, interpolation: 'bilinear' },
    };
  });
}

/** The network that this project trained, from its card. */
function own() {
  const card = JSON.parse(readFileSync(here('../../../pretrained-resnet20-cifar10/card.json'), 'utf8'));
  const { entry, preset, dialect } = resolveModel(card.model);
  const [size] = entry.input;
  return [
    {
      name: `convzoo/${card.model}`,
      model: card.model,
      dialect,
      isDefault: true,
      location: `npm:@convzoo/pretrained-${card.model}/${card.weights.file}`,
      format: 'safetensors',
      checksum: { algorithm: 'sha256', digest: card.weights.sha256 },
      bytes: card.weights.bytes,
      licence: 'Apache-2.0',
      source: 'packages/pretrained-resnet20-cifar10/card.json, trained by this project',
      input: entry.input,
      classes: entry.classes,
      params: paramsIn(card.model, { dialect }),
      top1: Math.round(card.accuracy.top1 * 1e6) / 1e4,
      preprocessing: { preset, resize: size, crop: size, interpolation: 'bilinear' },
    },
  ];
}

function write(name, entries, source) {
  const rows = entries.map((entry) => JSON.stringify(entry)).join('\n');
  const text = `// Written by scripts/catalogue/generate.mjs from ${source}. Do not edit.

/** One entry a line, as JSON. */
export const ${name}Rows = \`
${rows}
\`;
`;
  if (/[\\`$]/.test(rows)) throw new Error('a row would end its text');
  writeFileSync(here(`../../src/pretrained/data/${name}.ts`), text);
  const without = entries.filter(({ top1 }) => top1 === undefined).length;
  console.log(`${name}: ${entries.length} entries, ${without} without an accuracy`);
}

write('own', own(), 'the card of the embedded network');
write('torchvision', torchvision(), `torchvision ${facts.torchvision.version}`);
write('timm', timm(), `timm ${facts.timm.version}`);
write('keras', keras(), `Keras ${facts.keras.version}`);
