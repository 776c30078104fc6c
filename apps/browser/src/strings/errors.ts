import { translated } from './locale.svelte.js';

interface ErrorTexts {
  /** In place of the code. */
  readonly title: string;
  readonly advice: string;
}

const en: Record<string, ErrorTexts> = {
  'backend-lost': {
    title: 'The graphics device was lost',
    advice: 'Choose the engine, or close other pages that use the graphics card and try again.',
  },
  'backend-unavailable': {
    title: 'This backend is not available here',
    advice: 'Choose "fastest", or the engine: it needs nothing but WebAssembly.',
  },
  'no-camera': {
    title: 'No camera',
    advice: 'Allow the camera for this page in the address bar, or choose a picture instead.',
  },
  NotAllowedError: {
    title: 'The camera was not allowed',
    advice: 'Allow the camera for this page in the address bar, or choose a picture instead.',
  },
  NotFoundError: { title: 'No camera was found', advice: 'Connect one, or choose a picture instead.' },
  'clipboard-without-picture': {
    title: 'No picture in the clipboard',
    advice: 'Copy a picture first: "Copy image" in the menu of a picture.',
  },
  'unsupported-format': {
    title: 'This kind of picture is not read',
    advice: 'Use a JPEG, PNG, WebP, GIF or BMP.',
  },
  'unknown-format': {
    title: 'This is no picture and no weight file',
    advice:
      'Pictures: JPEG, PNG, WebP, GIF, BMP. Weights: safetensors, .pth, .h5, .keras, .npz, or model.json with its .bin files together.',
  },
  'corrupt-image': { title: 'The picture is damaged', advice: 'Save it again, or use another.' },
  'image-too-large': { title: 'The picture is too large', advice: 'Make it smaller: 40 megapixels at most.' },
  'no-fitting-network': {
    title: 'These weights fit no network that is known here',
    advice: 'Use weights of a network of the zoo, or a whole model saved by Keras or TensorFlow.js.',
  },
  'drop-files-again': {
    title: 'These weights were a file',
    advice: 'An address cannot hold a file: drop it here again.',
  },
  'no-picture-input': {
    title: 'This network takes no pictures',
    advice: 'Choose one whose input is height x width x channels.',
  },
  'no-weights': { title: 'The weights could not be had', advice: 'Reload the page, or choose other weights.' },
  'cannot-read': {
    title: 'A file is missing',
    advice: 'Drop model.json and all of its .bin files together.',
  },
  'weights-do-not-fit': {
    title: 'The weights do not fit the network',
    advice: 'Use the file that belongs to this network.',
  },
  'out-of-memory': {
    title: 'There is not enough memory',
    advice: 'Close other pages, or choose a smaller network. "Free memory" ends what is loaded.',
  },
  'no-threads': {
    title: 'No threads here',
    advice:
      'Choose one thread. Threads need a page with the headers COOP and COEP; reload once, the page then adds them itself.',
  },
  'no-simd': {
    title: 'This browser has no WebAssembly SIMD',
    advice: 'Use a newer browser, or choose the backend cpu.',
  },
  'no-webassembly': {
    title: 'This browser has no WebAssembly',
    advice: 'Use a newer browser, or choose the backend cpu.',
  },
  'worker-lost': { title: 'A thread was lost', advice: 'Try again: it is started anew.' },
  'compute-lost': {
    title: 'The computation was lost',
    advice: 'Try again: it is started anew. If it happens again, choose a smaller network.',
  },
  network: {
    title: 'The host of the weights did not answer',
    advice: 'Check the network. Some hosts refuse pages: download the file yourself and drop it here.',
  },
  offline: { title: 'There is no network', advice: 'Go online once: weights that were downloaded are kept.' },
  'not-found': { title: 'The host does not have these weights', advice: 'Choose others of the catalogue.' },
  'wrong-checksum': {
    title: 'The downloaded file is not the published one',
    advice: 'It was thrown away. Try again; if it happens again, something between here and the host changes files.',
  },
  'disk-full': {
    title: 'The browser has no room left',
    advice: 'Remove stored data of other pages, or choose a smaller network.',
  },
  'page-not-loaded': { title: 'A part of the page could not be loaded', advice: 'Check the network and try again.' },
};

const ko: typeof en = {
  'backend-lost': {
    title: '그래픽 장치 연결이 끊겼습니다',
    advice: 'engine을 선택하거나, 그래픽 카드를 쓰는 다른 페이지를 닫고 다시 시도하세요.',
  },
  'backend-unavailable': {
    title: '이 백엔드는 여기서 쓸 수 없습니다',
    advice: '"가장 빠른 것" 또는 WebAssembly만 있으면 되는 engine을 선택하세요.',
  },
  'no-camera': { title: '카메라가 없습니다', advice: '주소창에서 카메라를 허용하거나 사진을 선택하세요.' },
  NotAllowedError: {
    title: '카메라가 허용되지 않았습니다',
    advice: '주소창에서 카메라를 허용하거나 사진을 선택하세요.',
  },
  NotFoundError: { title: '카메라를 찾지 못했습니다', advice: '카메라를 연결하거나 사진을 선택하세요.' },
  'clipboard-without-picture': {
    title: '클립보드에 사진이 없습니다',
    advice: '먼저 사진을 복사하세요. 사진 메뉴의 "이미지 복사"를 쓰면 됩니다.',
  },
  'unsupported-format': { title: '읽을 수 없는 사진 형식입니다', advice: 'JPEG, PNG, WebP, GIF, BMP를 쓰세요.' },
  'unknown-format': {
    title: '사진도 가중치 파일도 아닙니다',
    advice:
      '사진: JPEG, PNG, WebP, GIF, BMP. 가중치: safetensors, .pth, .h5, .keras, .npz, 또는 model.json과 .bin 파일 모두.',
  },
  'corrupt-image': { title: '사진이 손상되었습니다', advice: '다시 저장하거나 다른 사진을 쓰세요.' },
  'image-too-large': { title: '사진이 너무 큽니다', advice: '4천만 화소 이하로 줄이세요.' },
  'no-fitting-network': {
    title: '알려진 어느 신경망에도 맞지 않는 가중치입니다',
    advice: '이 동물원에 있는 신경망의 가중치나, Keras 또는 TensorFlow.js로 저장한 전체 모델을 쓰세요.',
  },
  'drop-files-again': {
    title: '이 가중치는 파일이었습니다',
    advice: '주소에는 파일을 담을 수 없습니다. 다시 끌어다 놓으세요.',
  },
  'no-picture-input': {
    title: '사진을 받지 않는 신경망입니다',
    advice: '입력이 높이 x 너비 x 채널인 신경망을 선택하세요.',
  },
  'no-weights': { title: '가중치를 가져오지 못했습니다', advice: '페이지를 새로고침하거나 다른 가중치를 선택하세요.' },
  'cannot-read': { title: '파일이 빠졌습니다', advice: 'model.json과 모든 .bin 파일을 함께 놓으세요.' },
  'weights-do-not-fit': { title: '가중치가 신경망에 맞지 않습니다', advice: '이 신경망에 속한 파일을 쓰세요.' },
  'out-of-memory': {
    title: '메모리가 부족합니다',
    advice: '다른 페이지를 닫거나 더 작은 신경망을 선택하세요. "메모리 비우기"를 누르면 불러온 것을 내려놓습니다.',
  },
  'no-threads': {
    title: '여기서는 스레드를 쓸 수 없습니다',
    advice:
      '스레드 1개를 선택하세요. 스레드에는 COOP, COEP 헤더가 필요합니다. 한 번 새로고침하면 페이지가 스스로 추가합니다.',
  },
  'no-simd': {
    title: '이 브라우저에는 WebAssembly SIMD가 없습니다',
    advice: '더 새로운 브라우저를 쓰거나 cpu 백엔드를 선택하세요.',
  },
  'no-webassembly': {
    title: '이 브라우저에는 WebAssembly가 없습니다',
    advice: '더 새로운 브라우저를 쓰거나 cpu 백엔드를 선택하세요.',
  },
  'worker-lost': { title: '스레드가 중단되었습니다', advice: '다시 시도하면 새로 시작합니다.' },
  'compute-lost': {
    title: '계산이 중단되었습니다',
    advice: '다시 시도하면 새로 시작합니다. 또 일어나면 더 작은 신경망을 선택하세요.',
  },
  network: {
    title: '가중치 서버가 응답하지 않습니다',
    advice: '네트워크를 확인하세요. 어떤 서버는 웹 페이지를 거부합니다. 파일을 직접 내려받아 여기에 놓으세요.',
  },
  offline: { title: '네트워크가 없습니다', advice: '한 번만 연결하세요. 내려받은 가중치는 저장됩니다.' },
  'not-found': { title: '서버에 이 가중치가 없습니다', advice: '목록에서 다른 것을 선택하세요.' },
  'wrong-checksum': {
    title: '내려받은 파일이 공개된 파일과 다릅니다',
    advice: '파일을 버렸습니다. 다시 시도하세요. 또 일어나면 중간에서 파일이 바뀌고 있는 것입니다.',
  },
  'disk-full': {
    title: '브라우저 저장 공간이 없습니다',
    advice: '다른 페이지의 저장 데이터를 지우거나 더 작은 신경망을 선택하세요.',
  },
  'page-not-loaded': { title: '페이지 일부를 불러오지 못했습니다', advice: '네트워크를 확인하고 다시 시도하세요.' },
};

/** By the `code` of an error, or the name of the platform's. What is not here is shown by its own message alone. */
export const errorStrings = translated<{
  readonly byCode: Readonly<Record<string, ErrorTexts>>;
  readonly otherTitle: string;
  readonly otherAdvice: string;
}>({
  en: {
    byCode: en,
    otherTitle: 'Something went wrong',
    otherAdvice: 'Try again; if it happens again, reload the page.',
  },
  ko: {
    byCode: ko,
    otherTitle: '문제가 생겼습니다',
    otherAdvice: '다시 시도하세요. 또 일어나면 페이지를 새로고침하세요.',
  },
});
