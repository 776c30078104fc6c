import type { ErrorStrings } from './errors.js';

export const errorStringsKo: ErrorStrings = {
  backendLost: {
    title: '그래픽 장치 연결이 끊겼습니다',
    advice: 'engine을 선택하거나, 그래픽 카드를 쓰는 다른 페이지를 닫고 다시 시도하세요.',
  },
  backendUnavailable: {
    title: '이 백엔드는 여기서 쓸 수 없습니다',
    advice: '"가장 빠른 것" 또는 WebAssembly만 있으면 되는 engine을 선택하세요.',
  },
  noCamera: { title: '카메라가 없습니다', advice: '주소창에서 카메라를 허용하거나 사진을 선택하세요.' },
  cameraNotAllowed: {
    title: '카메라가 허용되지 않았습니다',
    advice: '주소창에서 카메라를 허용하거나 사진을 선택하세요.',
  },
  noCameraFound: { title: '카메라를 찾지 못했습니다', advice: '카메라를 연결하거나 사진을 선택하세요.' },
  clipboardWithoutPicture: {
    title: '클립보드에 사진이 없습니다',
    advice: '먼저 사진을 복사하세요. 사진 메뉴의 "이미지 복사"를 쓰면 됩니다.',
  },
  unsupportedPicture: { title: '읽을 수 없는 사진 형식입니다', advice: 'JPEG, PNG, WebP, GIF, BMP를 쓰세요.' },
  unknownFile: {
    title: '사진도 가중치 파일도 아닙니다',
    advice:
      '사진: JPEG, PNG, WebP, GIF, BMP. 가중치: safetensors, .pth, .h5, .keras, .npz, 또는 model.json과 .bin 파일 모두.',
  },
  damagedPicture: { title: '사진이 손상되었습니다', advice: '다시 저장하거나 다른 사진을 쓰세요.' },
  largePicture: { title: '사진이 너무 큽니다', advice: '4천만 화소 이하로 줄이세요.' },
  noFittingNetwork: {
    title: '알려진 어느 신경망에도 맞지 않는 가중치입니다',
    advice: '이 동물원에 있는 신경망의 가중치나, Keras 또는 TensorFlow.js로 저장한 전체 모델을 쓰세요.',
  },
  dropFilesAgain: {
    title: '이 가중치는 파일이었습니다',
    advice: '주소에는 파일을 담을 수 없습니다. 다시 끌어다 놓으세요.',
  },
  noPictureInput: {
    title: '사진을 받지 않는 신경망입니다',
    advice: '입력이 높이 x 너비 x 채널인 신경망을 선택하세요.',
  },
  noWeights: { title: '가중치를 가져오지 못했습니다', advice: '페이지를 새로고침하거나 다른 가중치를 선택하세요.' },
  missingPart: { title: '파일이 빠졌습니다', advice: 'model.json과 모든 .bin 파일을 함께 놓으세요.' },
  weightsDoNotFit: { title: '가중치가 신경망에 맞지 않습니다', advice: '이 신경망에 속한 파일을 쓰세요.' },
  outOfMemory: {
    title: '메모리가 부족합니다',
    advice: '다른 페이지를 닫거나 더 작은 신경망을 선택하세요. "메모리 비우기"를 누르면 불러온 것을 내려놓습니다.',
  },
  noThreads: {
    title: '여기서는 스레드를 쓸 수 없습니다',
    advice:
      '스레드 1개를 선택하세요. 스레드에는 COOP, COEP 헤더가 필요합니다. 한 번 새로고침하면 페이지가 스스로 추가합니다.',
  },
  oldBrowser: {
    title: '이 브라우저에는 WebAssembly SIMD가 없습니다',
    advice: '더 새로운 브라우저를 쓰거나 cpu 백엔드를 선택하세요.',
  },
  workerLost: { title: '스레드가 중단되었습니다', advice: '다시 시도하면 새로 시작합니다.' },
  computeLost: {
    title: '계산이 중단되었습니다',
    advice: '다시 시도하면 새로 시작합니다. 또 일어나면 더 작은 신경망을 선택하세요.',
  },
  hostSilent: {
    title: '가중치 서버가 응답하지 않습니다',
    advice: '네트워크를 확인하세요. 어떤 서버는 웹 페이지를 거부합니다. 파일을 직접 내려받아 여기에 놓으세요.',
  },
  offline: { title: '네트워크가 없습니다', advice: '한 번만 연결하세요. 내려받은 가중치는 저장됩니다.' },
  notPublished: { title: '서버에 이 가중치가 없습니다', advice: '목록에서 다른 것을 선택하세요.' },
  wrongChecksum: {
    title: '내려받은 파일이 공개된 파일과 다릅니다',
    advice: '파일을 버렸습니다. 다시 시도하세요. 또 일어나면 중간에서 파일이 바뀌고 있는 것입니다.',
  },
  diskFull: {
    title: '브라우저 저장 공간이 없습니다',
    advice: '다른 페이지의 저장 데이터를 지우거나 더 작은 신경망을 선택하세요.',
  },
  pageNotLoaded: { title: '페이지 일부를 불러오지 못했습니다', advice: '네트워크를 확인하고 다시 시도하세요.' },
  damagedWeights: { title: '가중치 파일이 손상되었습니다', advice: '다시 내려받거나 저장하세요.' },
  unsafeWeights: {
    title: '가중치 파일을 거부했습니다',
    advice: '코드를 실행하거나 다른 파일을 읽으려는 파일입니다. safetensors 파일을 구하세요.',
  },
  largeFile: { title: '여기서 읽을 수 있는 것보다 큰 파일입니다', advice: '더 작은 신경망의 가중치를 쓰세요.' },
  brokenValues: {
    title: '가중치에 수가 아닌 값이 있습니다',
    advice: '잘못 저장된 신경망입니다. 다른 파일을 쓰세요.',
  },
  noArchitecture: {
    title: '가중치만 있고 구조가 없는 파일입니다',
    advice: '전체 모델을 저장하거나(model.save) 이 동물원에 있는 신경망의 가중치를 쓰세요.',
  },
  unsupportedLayer: {
    title: '알려지지 않은 층이 있는 신경망입니다',
    advice: '자세히에 층 이름이 있습니다. 다른 신경망을 선택하세요.',
  },
  hostRefuses: {
    title: '가중치 서버가 거부했습니다',
    advice: '파일을 직접 내려받아 여기에 놓거나, 목록에서 다른 것을 선택하세요.',
  },
  unknownWeights: { title: '그런 이름의 공개된 가중치가 없습니다', advice: '"공개된 가중치" 목록에서 선택하세요.' },
  other: { title: '문제가 생겼습니다', advice: '다시 시도하세요. 또 일어나면 페이지를 새로고침하세요.' },
};
