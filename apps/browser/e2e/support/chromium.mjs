import { chromium } from 'playwright';
import { findChromium } from '../../../../scripts/browser/find.mjs';

export const executablePath = await findChromium();

/** Said where there is no browser. */
export const NO_CHROMIUM = 'no Chromium here: `npm run browser:install` brings one';

/** Pages of Chromium's own window, which headless tests never see: each new visit would start a renderer for them. */
const unseen = ['WebUIOmniboxPopup', 'WebUIOmniboxAimPopup', 'WebUIOmniboxFullPopup'];
/** What Playwright turns off: of several such flags the last one holds alone. */
const turnedOff = [
  'AimEnabled',
  'AvoidCorsURLLoaderRestartOnRedirect',
  'AvoidUnnecessaryBeforeUnloadCheckSync',
  'DestroyProfileOnBrowserClose',
  'HttpsFirstBalancedModeAutoEnable',
  'HttpsUpgrades',
  'LensOverlay',
  'MediaRouter',
  'NetworkTimeServiceQuerying',
  'OptimizationHints',
  'PaintHolding',
  'PreconnectToSearch',
  'ThirdPartyStoragePartitioning',
];

const flags = [
  // Containers run as root and have no sandbox of their own to nest; nothing foreign is loaded.
  '--no-sandbox',
  '--disable-quic',
  '--disable-background-networking',
  // Graphics without a graphics card.
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
  // The page itself is drawn without graphics: by software that plays a graphics card it takes seven times as long.
  '--disable-gpu-rasterization',
  '--disable-gpu-compositing',
  `--disable-features=${[...turnedOff, ...unseen].join(',')}`,
  '--enable-unsafe-webgpu',
  '--use-webgpu-adapter=swiftshader',
  // A camera that shows a test picture, and that nobody has to allow.
  '--use-fake-device-for-media-stream',
  '--use-fake-ui-for-media-stream',
  // Memory is measured when it is asked for, not some time later.
  '--enable-blink-features=ForceEagerMeasureMemory',
];

export const launch = () =>
  chromium.launch({ headless: true, args: flags, ...(executablePath === undefined ? {} : { executablePath }) });
