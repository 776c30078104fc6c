import type { EngineErrorCode } from '@convzoo/engine';
import type { HubErrorCode } from '@convzoo/hub';
import type { KerasImportErrorCode } from '@convzoo/keras-import';
import type { ImageErrorCode } from '@convzoo/preprocessing';
import type { RuntimeErrorCode } from '@convzoo/runtime';
import type { WeightsErrorCode } from '@convzoo/weights';
import type { AppErrorCode } from '../errors/app-error.js';
import { errorStringsKo } from './errors-ko.js';
import { translated } from './locale.svelte.js';

/** What happened, and what to do about it. */
export interface ErrorTexts {
  readonly title: string;
  readonly advice: string;
}

const en = {
  backendLost: {
    title: 'The graphics device was lost',
    advice: 'Choose the engine, or close other pages that use the graphics card and try again.',
  },
  backendUnavailable: {
    title: 'This backend is not available here',
    advice: 'Choose "fastest", or the engine: it needs nothing but WebAssembly.',
  },
  noCamera: {
    title: 'No camera',
    advice: 'Allow the camera for this page in the address bar, or choose a picture instead.',
  },
  cameraNotAllowed: {
    title: 'The camera was not allowed',
    advice: 'Allow the camera for this page in the address bar, or choose a picture instead.',
  },
  noCameraFound: { title: 'No camera was found', advice: 'Connect one, or choose a picture instead.' },
  clipboardWithoutPicture: {
    title: 'No picture in the clipboard',
    advice: 'Copy a picture first: "Copy image" in the menu of a picture.',
  },
  unsupportedPicture: { title: 'This kind of picture is not read', advice: 'Use a JPEG, PNG, WebP, GIF or BMP.' },
  unknownFile: {
    title: 'This is no picture and no weight file',
    advice:
      'Pictures: JPEG, PNG, WebP, GIF, BMP. Weights: safetensors, .pth, .h5, .keras, .npz, or model.json with its .bin files together.',
  },
  damagedPicture: { title: 'The picture is damaged', advice: 'Save it again, or use another.' },
  largePicture: { title: 'The picture is too large', advice: 'Make it smaller: 40 megapixels at most.' },
  noFittingNetwork: {
    title: 'These weights fit no network that is known here',
    advice: 'Use weights of a network of the zoo, or a whole model saved by Keras or TensorFlow.js.',
  },
  dropFilesAgain: {
    title: 'These weights were a file',
    advice: 'An address cannot hold a file: drop it here again.',
  },
  noPictureInput: {
    title: 'This network takes no pictures',
    advice: 'Choose one whose input is height x width x channels.',
  },
  noWeights: { title: 'The weights could not be had', advice: 'Reload the page, or choose other weights.' },
  missingPart: { title: 'A file is missing', advice: 'Drop model.json and all of its .bin files together.' },
  weightsDoNotFit: {
    title: 'The weights do not fit the network',
    advice: 'Use the file that belongs to this network.',
  },
  outOfMemory: {
    title: 'There is not enough memory',
    advice: 'Close other pages, or choose a smaller network. "Free memory" ends what is loaded.',
  },
  noThreads: {
    title: 'No threads here',
    advice:
      'Choose one thread. Threads need a page with the headers COOP and COEP; reload once, the page then adds them itself.',
  },
  oldBrowser: {
    title: 'This browser has no WebAssembly SIMD',
    advice: 'Use a newer browser, or choose the backend cpu.',
  },
  workerLost: { title: 'A thread was lost', advice: 'Try again: it is started anew.' },
  computeLost: {
    title: 'The computation was lost',
    advice: 'Try again: it is started anew. If it happens again, choose a smaller network.',
  },
  hostSilent: {
    title: 'The host of the weights did not answer',
    advice: 'Check the network. Some hosts refuse pages: download the file yourself and drop it here.',
  },
  offline: { title: 'There is no network', advice: 'Go online once: weights that were downloaded are kept.' },
  notPublished: { title: 'The host does not have these weights', advice: 'Choose others of the catalogue.' },
  wrongChecksum: {
    title: 'The downloaded file is not the published one',
    advice: 'It was thrown away. Try again; if it happens again, something between here and the host changes files.',
  },
  diskFull: {
    title: 'The browser has no room left',
    advice: 'Remove stored data of other pages, or choose a smaller network.',
  },
  pageNotLoaded: { title: 'A part of the page could not be loaded', advice: 'Check the network and try again.' },
  damagedWeights: { title: 'The weight file is damaged', advice: 'Download or save it again.' },
  unsafeWeights: {
    title: 'The weight file was refused',
    advice: 'It would run code or read other files. Ask for a safetensors file.',
  },
  largeFile: {
    title: 'The file is larger than anything that is read here',
    advice: 'Use the weights of a smaller network.',
  },
  brokenValues: {
    title: 'The weights hold values that are no numbers',
    advice: 'The network was saved broken; use another file.',
  },
  noArchitecture: {
    title: 'This file has weights, but no architecture',
    advice: 'Save the whole model (model.save), or use weights of a network of the zoo.',
  },
  unsupportedLayer: {
    title: 'This network has a layer that is not known here',
    advice: 'The details name it. Choose another network.',
  },
  hostRefuses: {
    title: 'The host of the weights refuses',
    advice: 'Download the file yourself and drop it here, or choose others of the catalogue.',
  },
  unknownWeights: {
    title: 'There are no published weights of this name',
    advice: 'Choose some of the list: "Published weights".',
  },
  other: { title: 'Something went wrong', advice: 'Try again; if it happens again, reload the page.' },
};

export type ErrorStrings = typeof en;

const texts = translated<ErrorStrings>({ en, ko: errorStringsKo });

type Kind = keyof typeof texts.text;

/** Errors of the packages and of the app that a user can cause. The platform's have names instead of codes. */
type Code =
  | AppErrorCode
  | EngineErrorCode
  | HubErrorCode
  | ImageErrorCode
  | KerasImportErrorCode
  | RuntimeErrorCode
  | WeightsErrorCode
  | 'NotAllowedError'
  | 'NotFoundError';

const kinds = {
  'backend-lost': 'backendLost',
  'backend-unavailable': 'backendUnavailable',
  'no-camera': 'noCamera',
  NotAllowedError: 'cameraNotAllowed',
  NotFoundError: 'noCameraFound',
  'clipboard-without-picture': 'clipboardWithoutPicture',
  'unsupported-format': 'unsupportedPicture',
  'unknown-format': 'unknownFile',
  'corrupt-image': 'damagedPicture',
  'image-too-large': 'largePicture',
  'no-fitting-network': 'noFittingNetwork',
  'drop-files-again': 'dropFilesAgain',
  'no-picture-input': 'noPictureInput',
  'no-weights': 'noWeights',
  'cannot-read': 'missingPart',
  'weights-do-not-fit': 'weightsDoNotFit',
  'out-of-memory': 'outOfMemory',
  'no-threads': 'noThreads',
  'no-simd': 'oldBrowser',
  'no-webassembly': 'oldBrowser',
  'worker-lost': 'workerLost',
  'compute-lost': 'computeLost',
  network: 'hostSilent',
  offline: 'offline',
  'not-found': 'notPublished',
  'wrong-checksum': 'wrongChecksum',
  'disk-full': 'diskFull',
  'page-not-loaded': 'pageNotLoaded',
  truncated: 'damagedWeights',
  'bad-header': 'damagedWeights',
  'bad-shape': 'damagedWeights',
  'bad-offsets': 'damagedWeights',
  'duplicate-name': 'damagedWeights',
  'unknown-dtype': 'damagedWeights',
  'bad-config': 'damagedWeights',
  'unsafe-pickle': 'unsafeWeights',
  'unsafe-path': 'unsafeWeights',
  'too-large': 'largeFile',
  'text-too-large': 'largeFile',
  'bad-value': 'brokenValues',
  'no-architecture': 'noArchitecture',
  'input-size-needed': 'noArchitecture',
  'unsupported-layer': 'unsupportedLayer',
  'unsupported-op': 'unsupportedLayer',
  'access-denied': 'hostRefuses',
  'server-error': 'hostRefuses',
  'bad-response': 'hostRefuses',
  'too-many-redirects': 'hostRefuses',
  'unknown-weights': 'unknownWeights',
  'bad-location': 'unknownWeights',
  'not-an-image': 'unknownFile',
  'empty-file': 'unknownFile',
  'truncated-image': 'damagedPicture',
  'reader-unavailable': 'pageNotLoaded',
  'wrong-size': 'wrongChecksum',
  'backend-disposed': 'workerLost',
  'session-disposed': 'workerLost',
  'no-backend': 'backendUnavailable',
} as const satisfies Partial<Record<Code, Kind>>;

/** By the `code` of an error, or the name of the platform's; whatever is not foreseen is shown by its own message. */
export function errorTexts(code: string | undefined): ErrorTexts {
  const known: Readonly<Record<string, Kind>> = kinds;
  return texts.text[(code === undefined ? undefined : known[code]) ?? 'other'];
}
