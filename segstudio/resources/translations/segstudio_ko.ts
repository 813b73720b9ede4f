<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="ko" sourcelanguage="en">
 <context>
  <name>segstudio</name>
  <message>
   <source>Click an object to correct it · Enter accepts · Backspace rejects · Ctrl+Shift+E exports</source>
   <translation>객체를 클릭해 수정하세요 · Enter 승인 · Backspace 거부 · Ctrl+Shift+E 내보내기</translation>
  </message>
  <message>
   <source>Nothing was found here.</source>
   <translation>여기에서는 아무것도 찾지 못했습니다.</translation>
  </message>
  <message>
   <source>Predicted {done:,} of {total:,}: {added:,} objects.</source>
   <translation>{total:,}개 중 {done:,}개 예측 완료: 객체 {added:,}개.</translation>
  </message>
  <message>
   <source>{n:,} could not be read or predicted; the file list says why.</source>
   <translation>읽거나 예측하지 못한 이미지 {n:,}개: 이유는 파일 목록에 있습니다.</translation>
  </message>
  <message>
   <source>{name} was checked and taken.</source>
   <translation>{name} 파일을 검사하고 추가했습니다.</translation>
  </message>
  <message>
   <source>{n:,} have no box to look in.</source>
   <translation>살펴볼 박스가 없는 이미지 {n:,}개.</translation>
  </message>
  <message>
   <source>Found {n:,}.</source>
   <translation>{n:,}개를 찾았습니다.</translation>
  </message>
  <message>
   <source>No picture</source>
   <translation>이미지 없음</translation>
  </message>
  <message>
   <source>Canvas</source>
   <translation>캔버스</translation>
  </message>
  <message>
   <source>Loading…</source>
   <translation>불러오는 중…</translation>
  </message>
  <message>
   <source>New objects are of the class “object”. Double-click it in Labels to rename it.</source>
   <translation>새 객체의 클래스는 “object”입니다. 라벨 패널에서 더블 클릭하면 이름을 바꿀 수 있습니다.</translation>
  </message>
  <message>
   <source>Copied 1 object.</source>
   <translation>객체 1개를 복사했습니다.</translation>
  </message>
  <message>
   <source>Copied {n:,} objects.</source>
   <translation>객체 {n:,}개를 복사했습니다.</translation>
  </message>
  <message>
   <source>Open Files</source>
   <translation>열 파일 선택</translation>
  </message>
  <message>
   <source>Open Folder</source>
   <translation>열 폴더 선택</translation>
  </message>
  <message>
   <source>Open Project</source>
   <translation>열 프로젝트 선택</translation>
  </message>
  <message>
   <source>Import Annotations</source>
   <translation>어노테이션 가져오기</translation>
  </message>
  <message>
   <source>Export Frames</source>
   <translation>프레임 내보내기</translation>
  </message>
  <message>
   <source>Save a Copy</source>
   <translation>사본 저장</translation>
  </message>
  <message>
   <source>This project has no video: there are no frames to export.</source>
   <translation>이 프로젝트에는 동영상이 없어 내보낼 프레임이 없습니다.</translation>
  </message>
  <message>
   <source>Saved a copy as {path}</source>
   <translation>사본을 저장했습니다: {path}</translation>
  </message>
  <message>
   <source>Pictures and videos</source>
   <translation>이미지와 동영상</translation>
  </message>
  <message>
   <source>All files</source>
   <translation>모든 파일</translation>
  </message>
  <message>
   <source>segstudio projects</source>
   <translation>segstudio 프로젝트</translation>
  </message>
  <message>
   <source>Every picture is done.</source>
   <translation>모든 이미지가 완료되었습니다.</translation>
  </message>
  <message>
   <source>Type a command</source>
   <translation>명령을 입력하세요</translation>
  </message>
  <message>
   <source>No supercategory</source>
   <translation>상위 카테고리 없음</translation>
  </message>
  <message>
   <source>Supercategory</source>
   <translation>상위 카테고리</translation>
  </message>
  <message>
   <source>Merge {names} into</source>
   <translation>병합: {names} → 대상 클래스</translation>
  </message>
  <message>
   <source>Nothing needs a look any more.</source>
   <translation>더 확인할 항목이 없습니다.</translation>
  </message>
  <message>
   <source>The picture is as it was then.</source>
   <translation>이미지를 그때의 상태로 되돌렸습니다.</translation>
  </message>
  <message>
   <source>This picture is flagged.</source>
   <translation>재확인으로 표시된 이미지입니다.</translation>
  </message>
  <message>
   <source>{n:,} selected</source>
   <translation>{n:,}개 선택됨</translation>
  </message>
  <message>
   <source>Class</source>
   <translation>클래스</translation>
  </message>
  <message>
   <source>Label pictures and video, run vision models on them, correct what they see, export COCO.</source>
   <translation>이미지와 동영상에 라벨을 달고, 비전 모델을 실행하고, 결과를 수정하고, COCO로 내보냅니다.</translation>
  </message>
  <message>
   <source>Free software under the Apache License 2.0. Nothing you open leaves this computer.</source>
   <translation>Apache License 2.0을 따르는 자유 소프트웨어입니다. 여는 파일은 이 컴퓨터를 벗어나지 않습니다.</translation>
  </message>
  <message>
   <source>Close</source>
   <translation>닫기</translation>
  </message>
  <message>
   <source>Takes predictions that nobody judged yet. Rejected and flagged ones stay as they are.</source>
   <translation>아직 판정하지 않은 예측만 승인합니다. 거부했거나 재확인으로 표시한 예측은 그대로 둡니다.</translation>
  </message>
  <message>
   <source>Accept above a score</source>
   <translation>점수로 승인</translation>
  </message>
  <message>
   <source>Score</source>
   <translation>점수</translation>
  </message>
  <message>
   <source>Pictures</source>
   <translation>이미지 범위</translation>
  </message>
  <message>
   <source>Accept</source>
   <translation>승인</translation>
  </message>
  <message>
   <source>This picture</source>
   <translation>이 이미지</translation>
  </message>
  <message>
   <source>All pictures</source>
   <translation>모든 이미지</translation>
  </message>
  <message>
   <source>Cancel</source>
   <translation>취소</translation>
  </message>
  <message>
   <source>Predictions: {n:,} · pictures: {m:,}</source>
   <translation>예측: {n:,} · 이미지: {m:,}</translation>
  </message>
  <message>
   <source>No prediction scores as high.</source>
   <translation>점수가 그만큼 높은 예측이 없습니다.</translation>
  </message>
  <message>
   <source>In</source>
   <translation>대상</translation>
  </message>
  <message>
   <source>Colours that no other class wears come first. All are far apart, for colour-blind eyes too.</source>
   <translation>다른 클래스가 쓰지 않는 색이 먼저 나옵니다. 색각 이상이 있어도 구별되도록 모두 충분히 다른 색입니다.</translation>
  </message>
  <message>
   <source>Colour of {name}</source>
   <translation>{name}의 색</translation>
  </message>
  <message>
   <source>Any colour</source>
   <translation>원하는 색</translation>
  </message>
  <message>
   <source>By Itself</source>
   <translation>자동</translation>
  </message>
  <message>
   <source>Other…</source>
   <translation>기타…</translation>
  </message>
  <message>
   <source>{n:,} objects in the whole project have this class. Ctrl+Z brings everything back.</source>
   <translation>프로젝트 전체에서 객체 {n:,}개가 이 클래스입니다. Ctrl+Z로 모두 되살릴 수 있습니다.</translation>
  </message>
  <message>
   <source>Delete {names}?</source>
   <translation>삭제할까요? {names}</translation>
  </message>
  <message>
   <source>Class that gets the objects</source>
   <translation>객체를 넘겨받을 클래스</translation>
  </message>
  <message>
   <source>Move Its Objects</source>
   <translation>객체 옮기기</translation>
  </message>
  <message>
   <source>Delete with Its Objects</source>
   <translation>객체와 함께 삭제</translation>
  </message>
  <message>
   <source>Everything you have done up to here is saved.</source>
   <translation>지금까지 한 작업은 모두 저장되어 있습니다.</translation>
  </message>
  <message>
   <source>The project has a problem</source>
   <translation>프로젝트에 문제가 있습니다</translation>
  </message>
  <message>
   <source>That did not work</source>
   <translation>작업하지 못했습니다</translation>
  </message>
  <message>
   <source>Copy Details</source>
   <translation>세부 정보 복사</translation>
  </message>
  <message>
   <source>PNG</source>
   <translation>PNG</translation>
  </message>
  <message>
   <source>JPEG</source>
   <translation>JPEG</translation>
  </message>
  <message>
   <source>How</source>
   <translation>가리는 방법</translation>
  </message>
  <message>
   <source>Shape</source>
   <translation>모양</translation>
  </message>
  <message>
   <source>Copies as</source>
   <translation>사본 형식</translation>
  </message>
  <message>
   <source>Strength</source>
   <translation>강도</translation>
  </message>
  <message>
   <source>Margin</source>
   <translation>여백</translation>
  </message>
  <message>
   <source>Black and the mean colour leave nothing; blur and blocks leave a trace that software may still use</source>
   <translation>검정과 평균색은 아무것도 남기지 않습니다. 흐림과 픽셀화는 소프트웨어가 아직 쓸 수 있는 흔적을 남깁니다</translation>
  </message>
  <message>
   <source>The outline is the mask of an object, where it has one, else its box</source>
   <translation>윤곽선은 객체의 마스크이며, 마스크가 없으면 박스입니다</translation>
  </message>
  <message>
   <source>PNG keeps every pixel that is not hidden; JPEG is smaller</source>
   <translation>PNG는 가리지 않은 픽셀을 모두 그대로 둡니다. JPEG는 파일이 더 작습니다</translation>
  </message>
  <message>
   <source>Spread of the blur, or side of the blocks, as a share of the object's longer side</source>
   <translation>흐림의 폭 또는 블록 한 변의 길이. 객체의 긴 변에 대한 비율입니다</translation>
  </message>
  <message>
   <source>Added on every side, as a share of the object's longer side</source>
   <translation>사방에 더하는 폭. 객체의 긴 변에 대한 비율입니다</translation>
  </message>
  <message>
   <source>Hide faces or other objects in copies of the pictures</source>
   <translation>이미지 사본에서 얼굴이나 다른 객체 가리기</translation>
  </message>
  <message>
   <source>The file is then about the copies; the pictures themselves are only read</source>
   <translation>그러면 파일은 사본을 가리킵니다. 원본 이미지는 읽기만 합니다</translation>
  </message>
  <message>
   <source>Folder of the copies</source>
   <translation>사본 폴더</translation>
  </message>
  <message>
   <source>The shown picture, with its objects hidden</source>
   <translation>표시된 이미지에서 객체를 가린 모습</translation>
  </message>
  <message>
   <source>Classes to hide</source>
   <translation>가릴 클래스</translation>
  </message>
  <message>
   <source>Blur</source>
   <translation>흐림</translation>
  </message>
  <message>
   <source>Pixelate</source>
   <translation>픽셀화</translation>
  </message>
  <message>
   <source>Mean colour</source>
   <translation>평균색</translation>
  </message>
  <message>
   <source>Black</source>
   <translation>검정</translation>
  </message>
  <message>
   <source>Oval</source>
   <translation>타원형</translation>
  </message>
  <message>
   <source>Box</source>
   <translation>박스</translation>
  </message>
  <message>
   <source>Outline</source>
   <translation>윤곽선 모양</translation>
  </message>
  <message>
   <source>Folder</source>
   <translation>폴더</translation>
  </message>
  <message>
   <source>Browse…</source>
   <translation>찾아보기…</translation>
  </message>
  <message>
   <source>Choose an action, press its new keys. Keys of your own are bold.</source>
   <translation>동작을 고르고 새 키를 누르세요. 직접 지정한 키는 굵게 표시됩니다.</translation>
  </message>
  <message>
   <source>{key} belongs to “{names}”, which would lose it.</source>
   <translation>{key} 키는 이미 “{names}”에 쓰이며, 사용하면 거기에서 빠집니다.</translation>
  </message>
  <message>
   <source>Edit keyboard shortcuts</source>
   <translation>단축키 편집기</translation>
  </message>
  <message>
   <source>Preset</source>
   <translation>프리셋</translation>
  </message>
  <message>
   <source>New keys</source>
   <translation>새 키</translation>
  </message>
  <message>
   <source>Use</source>
   <translation>사용</translation>
  </message>
  <message>
   <source>Use Too</source>
   <translation>함께 사용</translation>
  </message>
  <message>
   <source>No Keys</source>
   <translation>키 없음</translation>
  </message>
  <message>
   <source>Reset</source>
   <translation>초기화</translation>
  </message>
  <message>
   <source>Search actions and keys</source>
   <translation>동작과 키 검색</translation>
  </message>
  <message>
   <source>Reset All</source>
   <translation>모두 초기화</translation>
  </message>
  <message>
   <source>Take the Keys</source>
   <translation>키 가져오기</translation>
  </message>
  <message>
   <source>Action</source>
   <translation>동작</translation>
  </message>
  <message>
   <source>Keys</source>
   <translation>키</translation>
  </message>
  <message>
   <source>They may also bind what you make with it, such as annotations. This is asked once a model.</source>
   <translation>어노테이션처럼 이 모델로 만든 결과에도 적용될 수 있습니다. 모델마다 한 번만 묻습니다.</translation>
  </message>
  <message>
   <source>Not for commercial use</source>
   <translation>상업적 이용 불가</translation>
  </message>
  <message>
   <source>{title} comes with these terms:</source>
   <translation>{title}의 이용 조건:</translation>
  </message>
  <message>
   <source>Use It</source>
   <translation>이 모델 사용</translation>
  </message>
  <message>
   <source>Stretched</source>
   <translation>늘여서 맞춤</translation>
  </message>
  <message>
   <source>Fitted in</source>
   <translation>비율을 유지해 맞춤</translation>
  </message>
  <message>
   <source>By the shorter side</source>
   <translation>짧은 변 기준으로 맞춤</translation>
  </message>
  <message>
   <source>{name}: what the file does not say is guessed. Correct it here.</source>
   <translation>{name}: 파일에 없는 정보는 추정한 값입니다. 여기에서 바로잡으세요.</translation>
  </message>
  <message>
   <source>Add a Model File</source>
   <translation>모델 파일 추가</translation>
  </message>
  <message>
   <source>Name</source>
   <translation>이름</translation>
  </message>
  <message>
   <source>Outputs</source>
   <translation>출력 형식</translation>
  </message>
  <message>
   <source>Gives</source>
   <translation>결과 종류</translation>
  </message>
  <message>
   <source>Classes</source>
   <translation>클래스 목록</translation>
  </message>
  <message>
   <source>Class names</source>
   <translation>클래스 이름들</translation>
  </message>
  <message>
   <source>In the network's order, with commas between them</source>
   <translation>네트워크의 순서대로, 쉼표로 구분</translation>
  </message>
  <message>
   <source>Pictures are</source>
   <translation>이미지 맞춤 방식</translation>
  </message>
  <message>
   <source>Channels</source>
   <translation>채널</translation>
  </message>
  <message>
   <source>Values</source>
   <translation>값</translation>
  </message>
  <message>
   <source>Input</source>
   <translation>입력</translation>
  </message>
  <message>
   <source>Mean, std</source>
   <translation>평균, 표준편차</translation>
  </message>
  <message>
   <source>Add</source>
   <translation>추가</translation>
  </message>
  <message>
   <source>Looking at the file…</source>
   <translation>파일을 살펴보는 중…</translation>
  </message>
  <message>
   <source>Trying the model on a grey picture…</source>
   <translation>회색 이미지로 모델을 시험하는 중…</translation>
  </message>
  <message>
   <source>Look at {name}</source>
   <translation>살펴보기: {name}</translation>
  </message>
  <message>
   <source>Names of your own</source>
   <translation>직접 정한 이름</translation>
  </message>
  <message>
   <source>Height of the input</source>
   <translation>입력 높이</translation>
  </message>
  <message>
   <source>Width of the input</source>
   <translation>입력 너비</translation>
  </message>
  <message>
   <source>Mean</source>
   <translation>평균</translation>
  </message>
  <message>
   <source>Standard deviation</source>
   <translation>표준편차</translation>
  </message>
  <message>
   <source>Weights without a network belong to a model's card: open it and choose Add a Weights File.</source>
   <translation>네트워크 없는 가중치는 모델 카드에 속합니다. 카드를 열고 가중치 추가를 선택하세요.</translation>
  </message>
  <message>
   <source>0 to 1</source>
   <translation>0 ~ 1</translation>
  </message>
  <message>
   <source>0 to 255</source>
   <translation>0 ~ 255</translation>
  </message>
  <message>
   <source>Flag</source>
   <translation>플래그</translation>
  </message>
  <message>
   <source>Choice</source>
   <translation>선택형</translation>
  </message>
  <message>
   <source>Number</source>
   <translation>숫자</translation>
  </message>
  <message>
   <source>Text</source>
   <translation>텍스트</translation>
  </message>
  <message>
   <source>What objects of this class can say about themselves. Values of a choice are separated by commas, those of a number are a range like 0..10.</source>
   <translation>이 클래스의 객체가 가질 수 있는 정보입니다. 선택형의 값은 쉼표로 나누고, 숫자의 값은 0..10처럼 범위로 적습니다.</translation>
  </message>
  <message>
   <source>Attributes of {name}</source>
   <translation>{name}의 속성</translation>
  </message>
  <message>
   <source>Kind</source>
   <translation>종류</translation>
  </message>
  <message>
   <source>Default</source>
   <translation>기본값</translation>
  </message>
  <message>
   <source>Apply</source>
   <translation>적용</translation>
  </message>
  <message>
   <source>Add Attribute</source>
   <translation>속성 추가</translation>
  </message>
  <message>
   <source>Remove the attribute</source>
   <translation>속성 제거</translation>
  </message>
  <message>
   <source>Move up</source>
   <translation>위로</translation>
  </message>
  <message>
   <source>Move down</source>
   <translation>아래로</translation>
  </message>
  <message>
   <source>Select by Score</source>
   <translation>점수로 선택</translation>
  </message>
  <message>
   <source>Predictions whose score lies in this range.</source>
   <translation>점수가 이 범위에 있는 예측입니다.</translation>
  </message>
  <message>
   <source>Select</source>
   <translation>선택</translation>
  </message>
  <message>
   <source>From</source>
   <translation>시작</translation>
  </message>
  <message>
   <source>To</source>
   <translation>끝</translation>
  </message>
  <message>
   <source>1 object</source>
   <translation>객체 1개</translation>
  </message>
  <message>
   <source>{n:,} objects</source>
   <translation>객체 {n:,}개</translation>
  </message>
  <message>
   <source>to</source>
   <translation>~</translation>
  </message>
  <message>
   <source>Ctrl+Wheel</source>
   <translation>Ctrl+휠</translation>
  </message>
  <message>
   <source>Zoom at the cursor</source>
   <translation>커서 위치에서 확대/축소</translation>
  </message>
  <message>
   <source>Wheel</source>
   <translation>휠</translation>
  </message>
  <message>
   <source>Scroll; Shift+Wheel sideways</source>
   <translation>스크롤. Shift+휠은 가로로</translation>
  </message>
  <message>
   <source>Space+Drag</source>
   <translation>Space+드래그</translation>
  </message>
  <message>
   <source>Move the picture</source>
   <translation>이미지 옮기기</translation>
  </message>
  <message>
   <source>Middle drag</source>
   <translation>가운데 버튼 드래그</translation>
  </message>
  <message>
   <source>Arrows</source>
   <translation>화살표</translation>
  </message>
  <message>
   <source>Nudge the selected objects</source>
   <translation>선택 객체 조금씩 옮기기</translation>
  </message>
  <message>
   <source>{tool} tool: {hint}</source>
   <translation>{tool} 도구: {hint}</translation>
  </message>
  <message>
   <source>Keyboard shortcuts</source>
   <translation>단축키 안내</translation>
  </message>
  <message>
   <source>Choose a class; selected objects get it</source>
   <translation>클래스를 고릅니다. 선택한 객체도 그 클래스가 됩니다</translation>
  </message>
  <message>
   <source>Edit…</source>
   <translation>편집…</translation>
  </message>
  <message>
   <source>Points: click adds one, drag moves · Insert, Delete, arrows, [ ]</source>
   <translation>점: 클릭으로 추가, 드래그로 이동 · Insert, Delete, 화살표, [ ]</translation>
  </message>
  <message>
   <source>Limbs: drag or click from point to point; again takes it away · Enter on two points</source>
   <translation>연결선: 점에서 점으로 드래그하거나 클릭, 다시 하면 지움 · 두 점에서 Enter</translation>
  </message>
  <message>
   <source>Mirror images: drag or click from point to point · Enter on two points</source>
   <translation>좌우 대응: 점에서 점으로 드래그하거나 클릭 · 두 점에서 Enter</translation>
  </message>
  <message>
   <source>Place the points of a typical pose in the order in which they are to be clicked.</source>
   <translation>전형적인 자세의 점을 클릭할 순서대로 놓으세요.</translation>
  </message>
  <message>
   <source>Skeleton of {name}</source>
   <translation>{name}의 스켈레톤</translation>
  </message>
  <message>
   <source>Template</source>
   <translation>템플릿</translation>
  </message>
  <message>
   <source>Begin with a template…</source>
   <translation>템플릿으로 시작…</translation>
  </message>
  <message>
   <source>Undo</source>
   <translation>되돌리기</translation>
  </message>
  <message>
   <source>Redo</source>
   <translation>다시 실행</translation>
  </message>
  <message>
   <source>Points</source>
   <translation>점</translation>
  </message>
  <message>
   <source>Limbs</source>
   <translation>연결선</translation>
  </message>
  <message>
   <source>Remove the labelled keypoints that are gone from {n} objects</source>
   <translation>없어진 점의 라벨 키포인트를 객체 {n}개에서 제거</translation>
  </message>
  <message>
   <source>The object's own colour; Enter or a double click chooses another</source>
   <translation>객체 고유의 색입니다. Enter 또는 더블 클릭으로 다른 색을 고릅니다</translation>
  </message>
  <message>
   <source>Mirror image</source>
   <translation>좌우 대응</translation>
  </message>
  <message>
   <source>Sigma</source>
   <translation>시그마</translation>
  </message>
  <message>
   <source>Add a point</source>
   <translation>점 추가</translation>
  </message>
  <message>
   <source>Remove the point</source>
   <translation>점 제거</translation>
  </message>
  <message>
   <source>Pair by Names</source>
   <translation>이름으로 짝짓기</translation>
  </message>
  <message>
   <source>Click to place the first point,
or choose a template above.</source>
   <translation>클릭해 첫 점을 놓거나
위에서 템플릿을 고르세요.</translation>
  </message>
  <message>
   <source>Drawing board</source>
   <translation>그리기판</translation>
  </message>
  <message>
   <source>Cancelled; the pictures written by then stay.</source>
   <translation>취소했습니다. 그때까지 저장한 이미지는 남아 있습니다.</translation>
  </message>
  <message>
   <source>Cancelled; nothing was changed.</source>
   <translation>취소했습니다. 바뀐 것은 없습니다.</translation>
  </message>
  <message>
   <source>{n:,} object</source>
   <translation>객체 {n:,}개</translation>
  </message>
  <message>
   <source>{n:,} picture</source>
   <translation>이미지 {n:,}개</translation>
  </message>
  <message>
   <source>{n:,} pictures</source>
   <translation>이미지 {n:,}개</translation>
  </message>
  <message>
   <source>{n:,} item</source>
   <translation>항목 {n:,}개</translation>
  </message>
  <message>
   <source>{n:,} items</source>
   <translation>항목 {n:,}개</translation>
  </message>
  <message>
   <source>Imported {objects} on {pictures}.</source>
   <translation>가져오기 완료: {objects}, {pictures}.</translation>
  </message>
  <message>
   <source>Wrote {frames} to {folder}.</source>
   <translation>저장했습니다: {frames}, 폴더 {folder}.</translation>
  </message>
  <message>
   <source>Import {name}</source>
   <translation>가져오기: {name}</translation>
  </message>
  <message>
   <source>It becomes one step of the history, and can be undone.</source>
   <translation>작업 내역에 한 단계로 남으며 되돌릴 수 있습니다.</translation>
  </message>
  <message>
   <source>Export</source>
   <translation>내보내기</translation>
  </message>
  <message>
   <source>One file of the whole project.</source>
   <translation>프로젝트 전체를 한 파일로 만듭니다.</translation>
  </message>
  <message>
   <source>File to write</source>
   <translation>저장할 파일</translation>
  </message>
  <message>
   <source>Include predictions that nobody has accepted yet, from a score of {score:.0%}</source>
   <translation>아직 승인하지 않은 예측도 포함: 점수 {score:.0%} 이상</translation>
  </message>
  <message>
   <source>Check</source>
   <translation>검사</translation>
  </message>
  <message>
   <source>Say what would be written and what is in the way; nothing is written</source>
   <translation>무엇을 저장할지, 무엇이 걸리는지 알려 줍니다. 저장하지는 않습니다</translation>
  </message>
  <message>
   <source>Format</source>
   <translation>형식</translation>
  </message>
  <message>
   <source>Overlaps</source>
   <translation>겹침 처리</translation>
  </message>
  <message>
   <source>Who gets a pixel that several objects claim</source>
   <translation>여러 객체가 차지하려는 픽셀을 누가 가질지</translation>
  </message>
  <message>
   <source>Export {name}</source>
   <translation>내보내기: {name}</translation>
  </message>
  <message>
   <source>The frames with objects, under the names that an exported COCO file uses.</source>
   <translation>객체가 있는 프레임을 COCO 파일에서 쓰는 이름으로 저장합니다.</translation>
  </message>
  <message>
   <source>Export frames to {name}</source>
   <translation>프레임 내보내기: {name}</translation>
  </message>
  <message>
   <source>No frame of a video has an object yet; nothing was written.</source>
   <translation>아직 객체가 있는 동영상 프레임이 없어 저장하지 않았습니다.</translation>
  </message>
  <message>
   <source>{n:,} frame</source>
   <translation>프레임 {n:,}개</translation>
  </message>
  <message>
   <source>{n:,} frames</source>
   <translation>프레임 {n:,}개</translation>
  </message>
  <message>
   <source>{objects} got keypoints or a dense pose.</source>
   <translation>키포인트 또는 DensePose 추가: {objects}.</translation>
  </message>
  <message>
   <source>{objects} had been there already.</source>
   <translation>이미 있던 항목: {objects}.</translation>
  </message>
  <message>
   <source>{items} could not be used.</source>
   <translation>사용하지 못한 항목: {items}.</translation>
  </message>
  <message>
   <source>This would write {objects} on {pictures} in {classes} to {path}.</source>
   <translation>저장될 내용: {objects}, {pictures}, {classes} → {path}.</translation>
  </message>
  <message>
   <source>Wrote {objects} on {pictures} in {classes} to {path}.</source>
   <translation>저장했습니다: {objects}, {pictures}, {classes} → {path}.</translation>
  </message>
  <message>
   <source>Export Again</source>
   <translation>다시 내보내기</translation>
  </message>
  <message>
   <source>{n:,} class is new.</source>
   <translation>새 클래스 {n:,}개.</translation>
  </message>
  <message>
   <source>{n:,} classes are new.</source>
   <translation>새 클래스 {n:,}개.</translation>
  </message>
  <message>
   <source>{n:,} class</source>
   <translation>클래스 {n:,}개</translation>
  </message>
  <message>
   <source>{n:,} classes</source>
   <translation>클래스 {n:,}개</translation>
  </message>
  <message>
   <source>{n:,} prediction among them is unchecked.</source>
   <translation>그중 예측 {n:,}개는 아직 확인하지 않았습니다.</translation>
  </message>
  <message>
   <source>{n:,} predictions among them are unchecked.</source>
   <translation>그중 예측 {n:,}개는 아직 확인하지 않았습니다.</translation>
  </message>
  <message>
   <source>{items} could not be written.</source>
   <translation>저장하지 못한 항목: {items}.</translation>
  </message>
  <message>
   <source>Hidden in copies of {pictures}, if it is run: {objects}.</source>
   <translation>실행하면 {pictures}의 사본에서 가릴 것: {objects}.</translation>
  </message>
  <message>
   <source>Hidden in copies of {pictures} in {folder}: {objects}.</source>
   <translation>{pictures}의 사본에서 가린 것: {objects}, 폴더 {folder}.</translation>
  </message>
  <message>
   <source>A model of your own, from {file}.</source>
   <translation>{file} 파일로 만든 모델입니다.</translation>
  </message>
  <message>
   <source>The input is {size} pixels, as the file says.</source>
   <translation>입력은 {size} 픽셀입니다(파일에 적힌 값).</translation>
  </message>
  <message>
   <source>The input is {size} pixels, a guess: the file takes others.</source>
   <translation>입력은 {size} 픽셀로 추정했습니다. 파일은 다른 크기도 받습니다.</translation>
  </message>
  <message>
   <source>The outputs are {shapes}.</source>
   <translation>출력: {shapes}.</translation>
  </message>
  <message>
   <source>They are read by the adapter '{adapter}', as asked.</source>
   <translation>지정한 어댑터 '{adapter}' 방식으로 출력을 읽습니다.</translation>
  </message>
  <message>
   <source>They are read by the adapter '{adapter}', guessed from these shapes.</source>
   <translation>출력의 모양으로 추정한 어댑터 '{adapter}' 방식으로 읽습니다.</translation>
  </message>
  <message>
   <source>The classes are those of '{labels}', as asked.</source>
   <translation>클래스는 지정한 대로 '{labels}' 목록을 씁니다.</translation>
  </message>
  <message>
   <source>The {n} classes are as asked.</source>
   <translation>클래스 {n}개는 지정한 대로입니다.</translation>
  </message>
  <message>
   <source>The names of {n} classes were read from the file.</source>
   <translation>클래스 {n}개의 이름을 파일에서 읽었습니다.</translation>
  </message>
  <message>
   <source>It finds faces.</source>
   <translation>얼굴을 찾습니다.</translation>
  </message>
  <message>
   <source>The keypoints are COCO's 17, a guess.</source>
   <translation>키포인트는 COCO의 17개로 추정했습니다.</translation>
  </message>
  <message>
   <source>What stands out is called 'object'.</source>
   <translation>눈에 띄는 것의 클래스는 'object'입니다.</translation>
  </message>
  <message>
   <source>The class numbers are COCO's, a guess: the outputs don't tell.</source>
   <translation>클래스 번호는 COCO의 것으로 추정했습니다. 출력만으로는 알 수 없습니다.</translation>
  </message>
  <message>
   <source>{n} classes: those of '{labels}', a guess.</source>
   <translation>클래스 {n}개: '{labels}' 목록으로 추정했습니다.</translation>
  </message>
  <message>
   <source>{n} classes without names; name them by --classes or in the card.</source>
   <translation>이름 없는 클래스 {n}개: 위에서 또는 카드에서 이름을 정하세요.</translation>
  </message>
  <message>
   <source>One class without names; name them by --classes or in the card.</source>
   <translation>이름 없는 클래스가 하나 있습니다. 위에서 또는 카드에서 이름을 정하세요.</translation>
  </message>
  <message>
   <source>Pictures are {fitted}, as {channels} up to {most}, mean {mean}, std {std}: a guess. Compare it with what the model's authors say; a wrong one still gives results, only poorer.</source>
   <translation>이미지를 {fitted}, {channels} 최댓값 {most}, 평균 {mean}, 표준편차 {std}로 처리한다고 추정했습니다. 모델 저자의 설명과 비교하세요. 값이 틀려도 결과는 나오지만 나빠집니다.</translation>
  </message>
  <message>
   <source>stretched to that size</source>
   <translation>그 크기로 늘이고</translation>
  </message>
  <message>
   <source>fitted into that size</source>
   <translation>비율을 유지해 그 크기에 맞추고</translation>
  </message>
  <message>
   <source>scaled to that shorter side</source>
   <translation>짧은 변을 그 길이에 맞추고</translation>
  </message>
  <message>
   <source>Before · {label} · {when} · objects: {n:,}</source>
   <translation>이전 상태 · {label} · {when} · 객체: {n:,}</translation>
  </message>
  <message>
   <source>Nothing has changed this picture yet.</source>
   <translation>아직 이 이미지에서 바뀐 것이 없습니다.</translation>
  </message>
  <message>
   <source>Add {objects}</source>
   <translation>{objects} 추가</translation>
  </message>
  <message>
   <source>Add DensePose point</source>
   <translation>DensePose 점 추가</translation>
  </message>
  <message>
   <source>Add class {name}</source>
   <translation>클래스 추가: {name}</translation>
  </message>
  <message>
   <source>Add part</source>
   <translation>조각 추가</translation>
  </message>
  <message>
   <source>Add vertex</source>
   <translation>꼭짓점 추가</translation>
  </message>
  <message>
   <source>Accept {objects}</source>
   <translation>{objects} 승인</translation>
  </message>
  <message>
   <source>Bring {objects} to the front</source>
   <translation>{objects} 맨 앞으로</translation>
  </message>
  <message>
   <source>Bring {objects} forward</source>
   <translation>{objects} 앞으로</translation>
  </message>
  <message>
   <source>Send {objects} backward</source>
   <translation>{objects} 뒤로</translation>
  </message>
  <message>
   <source>Send {objects} to the back</source>
   <translation>{objects} 맨 뒤로</translation>
  </message>
  <message>
   <source>Change DensePose point</source>
   <translation>DensePose 점 변경</translation>
  </message>
  <message>
   <source>Change attributes of {name}</source>
   <translation>속성 변경: {name}</translation>
  </message>
  <message>
   <source>Change class {name}</source>
   <translation>클래스 변경: {name}</translation>
  </message>
  <message>
   <source>Change skeleton of {name}</source>
   <translation>스켈레톤 변경: {name}</translation>
  </message>
  <message>
   <source>Change supercategory: {name}</source>
   <translation>상위 카테고리 변경: {name}</translation>
  </message>
  <message>
   <source>Clear DensePose</source>
   <translation>DensePose 지우기</translation>
  </message>
  <message>
   <source>Clear tags</source>
   <translation>태그 모두 지움</translation>
  </message>
  <message>
   <source>Clear {name}</source>
   <translation>값 지움: {name}</translation>
  </message>
  <message>
   <source>Comment</source>
   <translation>메모</translation>
  </message>
  <message>
   <source>Convert {objects} to mask</source>
   <translation>{objects} 마스크로 변환</translation>
  </message>
  <message>
   <source>Convert {objects} to polygon</source>
   <translation>{objects} 폴리곤으로 변환</translation>
  </message>
  <message>
   <source>Cut hole</source>
   <translation>구멍 내기</translation>
  </message>
  <message>
   <source>Cut out {name}</source>
   <translation>오려내기: {name}</translation>
  </message>
  <message>
   <source>Cut {objects}</source>
   <translation>{objects} 자르기</translation>
  </message>
  <message>
   <source>Delete DensePose point</source>
   <translation>DensePose 점 삭제</translation>
  </message>
  <message>
   <source>Delete {n} DensePose points</source>
   <translation>DensePose 점 {n}개 삭제</translation>
  </message>
  <message>
   <source>Delete class {name} with {objects}</source>
   <translation>클래스와 {objects} 삭제: {name}</translation>
  </message>
  <message>
   <source>Delete class {name}</source>
   <translation>클래스 삭제: {name}</translation>
  </message>
  <message>
   <source>Delete comment</source>
   <translation>메모 삭제</translation>
  </message>
  <message>
   <source>Delete part</source>
   <translation>조각 삭제</translation>
  </message>
  <message>
   <source>Delete vertex</source>
   <translation>꼭짓점 삭제</translation>
  </message>
  <message>
   <source>Delete {n} classes with {objects}</source>
   <translation>클래스 {n}개와 {objects} 삭제</translation>
  </message>
  <message>
   <source>Delete {n} vertices</source>
   <translation>꼭짓점 {n}개 삭제</translation>
  </message>
  <message>
   <source>Delete {objects}</source>
   <translation>{objects} 삭제</translation>
  </message>
  <message>
   <source>Discard {step}</source>
   <translation>폐기: {step}</translation>
  </message>
  <message>
   <source>Draw box</source>
   <translation>박스 그리기</translation>
  </message>
  <message>
   <source>Draw polygon</source>
   <translation>폴리곤 그리기</translation>
  </message>
  <message>
   <source>Duplicate {objects}</source>
   <translation>{objects} 복제</translation>
  </message>
  <message>
   <source>Edit DensePose</source>
   <translation>DensePose 편집</translation>
  </message>
  <message>
   <source>Edit shape</source>
   <translation>모양 편집</translation>
  </message>
  <message>
   <source>Erase</source>
   <translation>지우기</translation>
  </message>
  <message>
   <source>Erase body part</source>
   <translation>신체 부위 지우기</translation>
  </message>
  <message>
   <source>Exclusion of {objects}</source>
   <translation>{objects} 겹친 부분 제외</translation>
  </message>
  <message>
   <source>Fill body part</source>
   <translation>신체 부위 채우기</translation>
  </message>
  <message>
   <source>Fill gap</source>
   <translation>빈 영역 메움</translation>
  </message>
  <message>
   <source>Fill gaps</source>
   <translation>여러 빈 영역 메움</translation>
  </message>
  <message>
   <source>Fill hole</source>
   <translation>구멍 메움</translation>
  </message>
  <message>
   <source>Fill holes of {objects}</source>
   <translation>{objects} 구멍 채우기</translation>
  </message>
  <message>
   <source>GrabCut</source>
   <translation>GrabCut</translation>
  </message>
  <message>
   <source>Grow by {n} px of {objects}</source>
   <translation>{objects} {n} px 키우기</translation>
  </message>
  <message>
   <source>Intersection of {objects}</source>
   <translation>{objects} 교집합</translation>
  </message>
  <message>
   <source>Keep the largest part of {objects}</source>
   <translation>{objects} 가장 큰 조각만 남김</translation>
  </message>
  <message>
   <source>Lay the missing keypoints</source>
   <translation>빠진 키포인트 놓기</translation>
  </message>
  <message>
   <source>Magic wand</source>
   <translation>마술봉 선택</translation>
  </message>
  <message>
   <source>Make all keypoints visible</source>
   <translation>모든 키포인트를 보임으로</translation>
  </message>
  <message>
   <source>Make stuff: {name}</source>
   <translation>스터프로 바꿈: {name}</translation>
  </message>
  <message>
   <source>Make things: {name}</source>
   <translation>사물로 바꿈: {name}</translation>
  </message>
  <message>
   <source>Make {name} stuff</source>
   <translation>스터프로 바꿈: {name}</translation>
  </message>
  <message>
   <source>Make {name} things</source>
   <translation>사물로 바꿈: {name}</translation>
  </message>
  <message>
   <source>Mark as crowd</source>
   <translation>군집으로 표시</translation>
  </message>
  <message>
   <source>Mark as one object</source>
   <translation>객체 하나로 표시</translation>
  </message>
  <message>
   <source>Mark keypoint hidden</source>
   <translation>키포인트를 가려짐으로</translation>
  </message>
  <message>
   <source>Mark keypoint visible</source>
   <translation>키포인트를 보임으로</translation>
  </message>
  <message>
   <source>Mark {objects} {state}</source>
   <translation>{objects}: {state}</translation>
  </message>
  <message>
   <source>Mark {state}</source>
   <translation>표시: {state}</translation>
  </message>
  <message>
   <source>Merge {name} into {into} ({objects})</source>
   <translation>클래스 병합: {name} → {into} ({objects})</translation>
  </message>
  <message>
   <source>Merge {objects}</source>
   <translation>{objects} 병합</translation>
  </message>
  <message>
   <source>Mirror pose</source>
   <translation>포즈 반전</translation>
  </message>
  <message>
   <source>Move DensePose point</source>
   <translation>DensePose 점 이동</translation>
  </message>
  <message>
   <source>Move border</source>
   <translation>경계 이동</translation>
  </message>
  <message>
   <source>Move keypoint</source>
   <translation>키포인트 하나 이동</translation>
  </message>
  <message>
   <source>Move keypoints</source>
   <translation>여러 키포인트 이동</translation>
  </message>
  <message>
   <source>Move vertex</source>
   <translation>꼭짓점 이동</translation>
  </message>
  <message>
   <source>Move {n} vertices</source>
   <translation>꼭짓점 {n}개 이동</translation>
  </message>
  <message>
   <source>Move {objects}</source>
   <translation>{objects} 이동</translation>
  </message>
  <message>
   <source>Nudge keypoint</source>
   <translation>키포인트 미세 이동</translation>
  </message>
  <message>
   <source>Paint</source>
   <translation>칠하기</translation>
  </message>
  <message>
   <source>Paint body part</source>
   <translation>신체 부위 칠하기</translation>
  </message>
  <message>
   <source>Part {objects}</source>
   <translation>{objects} 나누기</translation>
  </message>
  <message>
   <source>Paste {objects}</source>
   <translation>{objects} 붙여넣기</translation>
  </message>
  <message>
   <source>Place keypoints</source>
   <translation>키포인트 놓기</translation>
  </message>
  <message>
   <source>Predict with {name}</source>
   <translation>예측: {name}</translation>
  </message>
  <message>
   <source>Predict 1 picture with {name}</source>
   <translation>이미지 1개 예측: {name}</translation>
  </message>
  <message>
   <source>Predict {n} pictures with {name}</source>
   <translation>이미지 {n}개 예측: {name}</translation>
  </message>
  <message>
   <source>Predict {file} with {name}</source>
   <translation>{file} 예측: {name}</translation>
  </message>
  <message>
   <source>Recolour: {name}</source>
   <translation>색 바꿈: {name}</translation>
  </message>
  <message>
   <source>Refine shape</source>
   <translation>모양 다듬기</translation>
  </message>
  <message>
   <source>Reject {objects}</source>
   <translation>{objects} 거부</translation>
  </message>
  <message>
   <source>Relabel to {name}</source>
   <translation>클래스 지정: {name}</translation>
  </message>
  <message>
   <source>Remove keypoint</source>
   <translation>키포인트 하나 제거</translation>
  </message>
  <message>
   <source>Remove keypoints</source>
   <translation>키포인트 전체 제거</translation>
  </message>
  <message>
   <source>Remove small parts of {objects}</source>
   <translation>{objects} 작은 조각 제거</translation>
  </message>
  <message>
   <source>Remove tag {name}</source>
   <translation>태그 제거: {name}</translation>
  </message>
  <message>
   <source>Reorder classes</source>
   <translation>클래스 순서 변경</translation>
  </message>
  <message>
   <source>Resize box</source>
   <translation>박스 크기 변경</translation>
  </message>
  <message>
   <source>Resolve overlaps</source>
   <translation>겹친 픽셀 정리</translation>
  </message>
  <message>
   <source>Restore “{step}”</source>
   <translation>복원: “{step}”</translation>
  </message>
  <message>
   <source>Scissors</source>
   <translation>지능형 가위</translation>
  </message>
  <message>
   <source>Set {name}</source>
   <translation>값 지정: {name}</translation>
  </message>
  <message>
   <source>Shrink by {n} px of {objects}</source>
   <translation>{objects} {n} px 줄이기</translation>
  </message>
  <message>
   <source>Simplify {objects}</source>
   <translation>{objects} 단순화</translation>
  </message>
  <message>
   <source>Smooth by {n} px of {objects}</source>
   <translation>{objects} {n} px 다듬기</translation>
  </message>
  <message>
   <source>Snap to edges</source>
   <translation>에지에 맞춤</translation>
  </message>
  <message>
   <source>Split {objects}</source>
   <translation>{objects} 조각별로 나누기</translation>
  </message>
  <message>
   <source>Subtract {objects}</source>
   <translation>{objects} 빼기</translation>
  </message>
  <message>
   <source>Superpixels</source>
   <translation>슈퍼픽셀</translation>
  </message>
  <message>
   <source>Swap left and right</source>
   <translation>좌우 맞바꿈</translation>
  </message>
  <message>
   <source>Tag {name}</source>
   <translation>태그: {name}</translation>
  </message>
  <message>
   <source>Union of {objects}</source>
   <translation>{objects} 합집합</translation>
  </message>
  <message>
   <source>Watershed</source>
   <translation>워터셰드</translation>
  </message>
  <message>
   <source>Check {name}</source>
   <translation>검사: {name}</translation>
  </message>
  <message>
   <source>Cut out with {name}</source>
   <translation>{name} 모델로 오려내기</translation>
  </message>
  <message>
   <source>Fetch {name}</source>
   <translation>내려받기: {name}</translation>
  </message>
  <message>
   <source>Load {name}</source>
   <translation>불러오기: {name}</translation>
  </message>
  <message>
   <source>Look at the picture with {name}</source>
   <translation>{name} 모델로 이미지 살펴보기</translation>
  </message>
  <message>
   <source>Look inside {name}</source>
   <translation>내부 보기: {name}</translation>
  </message>
  <message>
   <source>To do</source>
   <translation>할 일</translation>
  </message>
  <message>
   <source>Predicted</source>
   <translation>예측됨</translation>
  </message>
  <message>
   <source>Corrected</source>
   <translation>수정됨</translation>
  </message>
  <message>
   <source>Done</source>
   <translation>완료</translation>
  </message>
  <message>
   <source>Flagged</source>
   <translation>재확인</translation>
  </message>
  <message>
   <source>Rejected</source>
   <translation>거부됨</translation>
  </message>
  <message>
   <source>HH:mm</source>
   <translation>HH:mm</translation>
  </message>
  <message>
   <source>Commands</source>
   <translation>명령</translation>
  </message>
  <message>
   <source>Tools</source>
   <translation>도구 모음</translation>
  </message>
  <message>
   <source>Upper Right</source>
   <translation>오른쪽 위</translation>
  </message>
  <message>
   <source>Lower Right</source>
   <translation>오른쪽 아래</translation>
  </message>
  <message>
   <source>Panels</source>
   <translation>패널</translation>
  </message>
  <message>
   <source>{name} can only be read here.</source>
   <translation>{name}: 읽기 전용으로 열었습니다.</translation>
  </message>
  <message>
   <source>Every step is saved in {name}</source>
   <translation>모든 단계가 저장되는 파일: {name}</translation>
  </message>
  <message>
   <source>All</source>
   <translation>모두</translation>
  </message>
  <message>
   <source>Holes of any size.</source>
   <translation>모든 크기의 구멍.</translation>
  </message>
  <message>
   <source>Up to</source>
   <translation>최대</translation>
  </message>
  <message>
   <source>Larger holes stay.</source>
   <translation>더 큰 구멍은 남습니다.</translation>
  </message>
  <message>
   <source>Smaller than</source>
   <translation>다음보다 작음</translation>
  </message>
  <message>
   <source>Nothing changes.</source>
   <translation>바뀌는 것이 없습니다.</translation>
  </message>
  <message>
   <source>{more:,} px more</source>
   <translation>{more:,} px 늘어남</translation>
  </message>
  <message>
   <source>{more:,} px more, {less:,} px less</source>
   <translation>{more:,} px 늘고 {less:,} px 줄어듦</translation>
  </message>
  <message>
   <source>{less:,} px less</source>
   <translation>{less:,} px 줄어듦</translation>
  </message>
  <message>
   <source>{before:,} → {after:,} points, ≤ {pixels:.1f} px, IoU {iou:.3f}</source>
   <translation>점 {before:,} → {after:,}, ≤ {pixels:.1f} px, IoU {iou:.3f}</translation>
  </message>
  <message>
   <source>Nothing to simplify.</source>
   <translation>단순화할 것이 없습니다.</translation>
  </message>
  <message>
   <source>Tolerance</source>
   <translation>허용 오차</translation>
  </message>
  <message>
   <source>How far the outline may move.</source>
   <translation>윤곽선이 움직일 수 있는 거리.</translation>
  </message>
  <message>
   <source>{n:,} pixels change</source>
   <translation>{n:,} 픽셀이 바뀜</translation>
  </message>
  <message>
   <source>Reach</source>
   <translation>범위</translation>
  </message>
  <message>
   <source>How far the border may move.</source>
   <translation>경계가 움직일 수 있는 거리.</translation>
  </message>
  <message>
   <source>How much colours count against the mask.</source>
   <translation>마스크에 견주어 색을 얼마나 중시할지.</translation>
  </message>
  <message>
   <source>Topmost wins</source>
   <translation>맨 위 객체 우선</translation>
  </message>
  <message>
   <source>Higher score wins</source>
   <translation>높은 점수 우선</translation>
  </message>
  <message>
   <source>Smaller wins</source>
   <translation>작은 객체 우선</translation>
  </message>
  <message>
   <source>Things over stuff</source>
   <translation>스터프보다 사물 우선</translation>
  </message>
  <message>
   <source>Details</source>
   <translation>세부 정보</translation>
  </message>
  <message>
   <source>Nothing is open</source>
   <translation>열린 항목 없음</translation>
  </message>
  <message>
   <source>What is known about objects and pictures stands here.</source>
   <translation>객체와 이미지에 관한 정보가 여기에 표시됩니다.</translation>
  </message>
  <message>
   <source>{n:,} objects · {names}</source>
   <translation>객체 {n:,}개 · {names}</translation>
  </message>
  <message>
   <source>State</source>
   <translation>상태</translation>
  </message>
  <message>
   <source>Tags</source>
   <translation>태그</translation>
  </message>
  <message>
   <source>Words that the picture is filed under, separated by commas</source>
   <translation>이미지를 분류하는 말. 쉼표로 나눕니다</translation>
  </message>
  <message>
   <source>A crowd is a region of many objects that are not told apart (COCO's iscrowd)</source>
   <translation>군집은 하나하나 구별하지 않은 여러 객체의 영역입니다(COCO의 iscrowd)</translation>
  </message>
  <message>
   <source>Stands for</source>
   <translation>나타내는 것</translation>
  </message>
  <message>
   <source>From elsewhere</source>
   <translation>외부에서 온 값</translation>
  </message>
  <message>
   <source>Values that the class does not know, as an imported file brought them</source>
   <translation>가져온 파일에 있었으나 클래스에는 정의되지 않은 값</translation>
  </message>
  <message>
   <source>Take this value out</source>
   <translation>이 값 빼기</translation>
  </message>
  <message>
   <source>Attributes</source>
   <translation>속성</translation>
  </message>
  <message>
   <source>Not all of the selected objects have this attribute in their class</source>
   <translation>선택한 객체의 클래스 중 일부에는 이 속성이 없습니다</translation>
  </message>
  <message>
   <source>One object</source>
   <translation>객체 하나</translation>
  </message>
  <message>
   <source>A crowd</source>
   <translation>군집</translation>
  </message>
  <message>
   <source>Atlas</source>
   <translation>아틀라스</translation>
  </message>
  <message>
   <source>Body parts</source>
   <translation>신체 부위</translation>
  </message>
  <message>
   <source>Charts (I)</source>
   <translation>차트 (I)</translation>
  </message>
  <message>
   <source>U</source>
   <translation>U</translation>
  </message>
  <message>
   <source>V</source>
   <translation>V</translation>
  </message>
  <message>
   <source>Contours of U and V</source>
   <translation>U와 V 등고선</translation>
  </message>
  <message>
   <source>Texture</source>
   <translation>텍스처</translation>
  </message>
  <message>
   <source>Point at the picture or here.</source>
   <translation>이미지 또는 여기를 가리키세요.</translation>
  </message>
  <message>
   <source>What the overlay shows</source>
   <translation>오버레이에 표시할 내용</translation>
  </message>
  <message>
   <source>Choose a texture …</source>
   <translation>텍스처 선택 …</translation>
  </message>
  <message>
   <source>Turn On</source>
   <translation>켜기</translation>
  </message>
  <message>
   <source>Place Points</source>
   <translation>점 놓기</translation>
  </message>
  <message>
   <source>Paint Parts</source>
   <translation>부위 칠하기</translation>
  </message>
  <message>
   <source>Choose a texture</source>
   <translation>텍스처 선택</translation>
  </message>
  <message>
   <source>Pictures ({patterns})</source>
   <translation>이미지 파일 ({patterns})</translation>
  </message>
  <message>
   <source>U {u:.2f}   V {v:.2f}</source>
   <translation>U {u:.2f}   V {v:.2f}</translation>
  </message>
  <message>
   <source>Dense poses show in DensePose mode.</source>
   <translation>DensePose는 DensePose 모드에서 표시됩니다.</translation>
  </message>
  <message>
   <source>Click here what your click in the picture shows. Enter takes the cross.</source>
   <translation>이미지에서 클릭한 곳을 여기에서 클릭하세요. Enter는 십자 위치를 받아들입니다.</translation>
  </message>
  <message>
   <source>Click a part to paint it.</source>
   <translation>칠할 부위를 클릭하세요.</translation>
  </message>
  <message>
   <source>Click a place on the body in the picture.</source>
   <translation>이미지에서 몸 위의 한 곳을 클릭하세요.</translation>
  </message>
  <message>
   <source>Body atlas</source>
   <translation>신체 아틀라스</translation>
  </message>
  <message>
   <source>Show</source>
   <translation>표시 내용</translation>
  </message>
  <message>
   <source>{n} · {name}</source>
   <translation>{n} · {name}</translation>
  </message>
  <message>
   <source>Atlas of the body</source>
   <translation>신체의 아틀라스</translation>
  </message>
  <message>
   <source>Chart: arrows move the cursor, Enter takes the place</source>
   <translation>차트: 화살표 키로 커서를 옮기고 Enter로 정합니다</translation>
  </message>
  <message>
   <source>Front</source>
   <translation>앞면</translation>
  </message>
  <message>
   <source>R</source>
   <translation>우</translation>
  </message>
  <message>
   <source>L</source>
   <translation>좌</translation>
  </message>
  <message>
   <source>Back</source>
   <translation>뒷면</translation>
  </message>
  <message>
   <source>Display</source>
   <translation>표시</translation>
  </message>
  <message>
   <source>Brightness</source>
   <translation>밝기</translation>
  </message>
  <message>
   <source>Contrast</source>
   <translation>대비</translation>
  </message>
  <message>
   <source>Gamma</source>
   <translation>감마</translation>
  </message>
  <message>
   <source>Colours</source>
   <translation>색상</translation>
  </message>
  <message>
   <source>As they are</source>
   <translation>원본 그대로</translation>
  </message>
  <message>
   <source>Viridis</source>
   <translation>Viridis</translation>
  </message>
  <message>
   <source>Parula</source>
   <translation>Parula</translation>
  </message>
  <message>
   <source>Invert</source>
   <translation>반전</translation>
  </message>
  <message>
   <source>Rulers</source>
   <translation>눈금자</translation>
  </message>
  <message>
   <source>Magnifier</source>
   <translation>돋보기</translation>
  </message>
  <message>
   <source>Grid</source>
   <translation>격자</translation>
  </message>
  <message>
   <source>Picture pixels between two lines; 0 for none.</source>
   <translation>두 선 사이의 이미지 픽셀 수. 0이면 표시하지 않습니다.</translation>
  </message>
  <message>
   <source>White</source>
   <translation>흰색</translation>
  </message>
  <message>
   <source>Choose by Itself</source>
   <translation>자동 선택</translation>
  </message>
  <message>
   <source>This picture has 8 bits a sample: there is no window to choose.</source>
   <translation>이 이미지는 샘플당 8비트라서 고를 범위가 없습니다.</translation>
  </message>
  <message>
   <source>Samples shown as black and white</source>
   <translation>검정과 흰색으로 표시할 샘플 값</translation>
  </message>
  <message>
   <source>Over the picture</source>
   <translation>이미지 위</translation>
  </message>
  <message>
   <source>Several values</source>
   <translation>여러 값</translation>
  </message>
  <message>
   <source>Not set</source>
   <translation>지정 안 함</translation>
  </message>
  <message>
   <source>{value} by default</source>
   <translation>기본값: {value}</translation>
  </message>
  <message>
   <source>Yes</source>
   <translation>예</translation>
  </message>
  <message>
   <source>No</source>
   <translation>아니요</translation>
  </message>
  <message>
   <source>Files</source>
   <translation>파일 목록</translation>
  </message>
  <message>
   <source>Tags: {tags}</source>
   <translation>태그: {tags}</translation>
  </message>
  <message>
   <source>Search files</source>
   <translation>파일 검색</translation>
  </message>
  <message>
   <source>Filter files</source>
   <translation>파일 필터</translation>
  </message>
  <message>
   <source>Tag</source>
   <translation>태그 이름</translation>
  </message>
  <message>
   <source>Remove tag</source>
   <translation>태그 제거</translation>
  </message>
  <message>
   <source>Add Tag…</source>
   <translation>태그 추가…</translation>
  </message>
  <message>
   <source>Remove Tag…</source>
   <translation>태그 제거…</translation>
  </message>
  <message>
   <source>No files</source>
   <translation>파일 없음</translation>
  </message>
  <message>
   <source>Open a folder, or drop pictures and videos here.</source>
   <translation>폴더를 열거나 이미지와 동영상을 여기에 놓으세요.</translation>
  </message>
  <message>
   <source>Nothing found</source>
   <translation>결과 없음</translation>
  </message>
  <message>
   <source>No file is like this. Clear the search and the filter.</source>
   <translation>조건에 맞는 파일이 없습니다. 검색어와 필터를 지우세요.</translation>
  </message>
  <message>
   <source>With a comment</source>
   <translation>메모 있음</translation>
  </message>
  <message>
   <source>Can't be read</source>
   <translation>읽을 수 없음</translation>
  </message>
  <message>
   <source>Mark: {state}</source>
   <translation>표시: {state}</translation>
  </message>
  <message>
   <source>Show All</source>
   <translation>모두 표시</translation>
  </message>
  <message>
   <source>Frame</source>
   <translation>프레임</translation>
  </message>
  <message>
   <source>Frame number</source>
   <translation>프레임 번호</translation>
  </message>
  <message>
   <source>of {n:,}</source>
   <translation>/ {n:,}</translation>
  </message>
  <message>
   <source>Previous frame (,)</source>
   <translation>이전 프레임 (,)</translation>
  </message>
  <message>
   <source>Next frame (.)</source>
   <translation>다음 프레임 (.)</translation>
  </message>
  <message>
   <source>History</source>
   <translation>작업 내역</translation>
  </message>
  <message>
   <source>Bring this version back, as a new step</source>
   <translation>이 버전을 새 단계로 되살리기</translation>
  </message>
  <message>
   <source>d MMM HH:mm</source>
   <translation>M월 d일 HH:mm</translation>
  </message>
  <message>
   <source>{label} · objects: {n:,} · A click shows the picture as it was.</source>
   <translation>{label} · 객체: {n:,} · 클릭하면 그때의 이미지를 봅니다.</translation>
  </message>
  <message>
   <source>Undo (Ctrl+Z)</source>
   <translation>되돌리기 (Ctrl+Z)</translation>
  </message>
  <message>
   <source>Redo (Ctrl+Y)</source>
   <translation>다시 실행 (Ctrl+Y)</translation>
  </message>
  <message>
   <source>Search steps</source>
   <translation>단계 검색</translation>
  </message>
  <message>
   <source>All Steps</source>
   <translation>모든 단계</translation>
  </message>
  <message>
   <source>This Picture</source>
   <translation>현재 이미지</translation>
  </message>
  <message>
   <source>Versions of this picture</source>
   <translation>이 이미지의 버전 목록</translation>
  </message>
  <message>
   <source>Restore This Version</source>
   <translation>이 버전 복원</translation>
  </message>
  <message>
   <source>Beginning</source>
   <translation>처음 상태</translation>
  </message>
  <message>
   <source>Change</source>
   <translation>변경</translation>
  </message>
  <message>
   <source>Nothing done yet</source>
   <translation>아직 작업 없음</translation>
  </message>
  <message>
   <source>Each step appears here and can be taken back, also tomorrow.</source>
   <translation>모든 단계가 여기에 나타나며, 내일이라도 되돌릴 수 있습니다.</translation>
  </message>
  <message>
   <source>No step is called like this.</source>
   <translation>그런 이름의 단계가 없습니다.</translation>
  </message>
  <message>
   <source>No versions yet</source>
   <translation>아직 버전 없음</translation>
  </message>
  <message>
   <source>Each step that changes objects of this picture makes one; any can be shown and restored.</source>
   <translation>이 이미지의 객체를 바꾼 단계마다 버전이 생기며, 언제든 보고 복원할 수 있습니다.</translation>
  </message>
  <message>
   <source>The whole picture</source>
   <translation>이미지 전체</translation>
  </message>
  <message>
   <source>The selected objects</source>
   <translation>선택한 객체들</translation>
  </message>
  <message>
   <source>All boxes of the picture</source>
   <translation>이미지의 모든 박스</translation>
  </message>
  <message>
   <source>Pose from {model}</source>
   <translation>{model} 모델로 포즈 찾기</translation>
  </message>
  <message>
   <source>Replace the pose by that of {model}</source>
   <translation>{model} 모델의 포즈로 바꾸기</translation>
  </message>
  <message>
   <source>Mask from {model}</source>
   <translation>{model} 모델로 마스크 찾기</translation>
  </message>
  <message>
   <source>Replace the mask by that of {model}</source>
   <translation>{model} 모델의 마스크로 바꾸기</translation>
  </message>
  <message>
   <source>Look in</source>
   <translation>살펴볼 곳</translation>
  </message>
  <message>
   <source>Replace what they have</source>
   <translation>있던 결과 바꾸기</translation>
  </message>
  <message>
   <source>Also look in objects that have a pose or a mask already; it is replaced</source>
   <translation>이미 포즈나 마스크가 있는 객체도 살펴보고, 있던 것을 바꿉니다</translation>
  </message>
  <message>
   <source>Objects are selected on this picture only: choose all boxes, or Predict.</source>
   <translation>객체는 이 이미지에서만 선택되어 있습니다. 모든 박스를 고르거나 예측을 누르세요.</translation>
  </message>
  <message>
   <source>No model here can do that.</source>
   <translation>여기에는 그 작업을 할 수 있는 모델이 없습니다.</translation>
  </message>
  <message>
   <source>Select the objects to look in first.</source>
   <translation>먼저 살펴볼 객체를 선택하세요.</translation>
  </message>
  <message>
   <source>Inside</source>
   <translation>내부</translation>
  </message>
  <message>
   <source>See the maps, crops and candidates that lie between this picture and what the chosen model finds.</source>
   <translation>이 이미지와 선택한 모델의 결과 사이에 있는 맵, 잘라낸 이미지, 후보를 봅니다.</translation>
  </message>
  <message>
   <source>Inferno</source>
   <translation>Inferno</translation>
  </message>
  <message>
   <source>Grey</source>
   <translation>회색</translation>
  </message>
  <message>
   <source>Group of views</source>
   <translation>뷰 그룹</translation>
  </message>
  <message>
   <source>Look Inside</source>
   <translation>내부 보기</translation>
  </message>
  <message>
   <source>Look inside the model (Ctrl+Alt+I)</source>
   <translation>모델 내부 보기 (Ctrl+Alt+I)</translation>
  </message>
  <message>
   <source>Look again, with the chosen model</source>
   <translation>선택한 모델로 다시 보기</translation>
  </message>
  <message>
   <source>Hide the view (Esc)</source>
   <translation>뷰 숨기기 (Esc)</translation>
  </message>
  <message>
   <source>Look inside the model</source>
   <translation>모델 내부를 살펴보세요</translation>
  </message>
  <message>
   <source>Colours of maps</source>
   <translation>맵 색상</translation>
  </message>
  <message>
   <source>Colours of maps; those on both sides of zero have a scale of their own</source>
   <translation>맵 색상. 0 양쪽 값을 갖는 맵은 따로 정한 색을 씁니다</translation>
  </message>
  <message>
   <source>Stretch the colours over the values that occur</source>
   <translation>실제 값 범위에 맞춰 색 펼치기</translation>
  </message>
  <message>
   <source>Opacity of the view</source>
   <translation>뷰 불투명도</translation>
  </message>
  <message>
   <source>Nothing to show</source>
   <translation>표시할 내용 없음</translation>
  </message>
  <message>
   <source>Opacity</source>
   <translation>불투명도</translation>
  </message>
  <message>
   <source>Chosen by now: {title}. Look again to see inside it.</source>
   <translation>지금 선택한 모델: {title}. 내부를 보려면 다시 보기를 누르세요.</translation>
  </message>
  <message>
   <source>All views</source>
   <translation>모든 뷰</translation>
  </message>
  <message>
   <source>The model found nothing in this picture that it could show.</source>
   <translation>모델이 이 이미지에서 보여 줄 내용을 찾지 못했습니다.</translation>
  </message>
  <message>
   <source>Open a picture first.</source>
   <translation>먼저 이미지를 여세요.</translation>
  </message>
  <message>
   <source>Map</source>
   <translation>값 맵</translation>
  </message>
  <message>
   <source>Picture</source>
   <translation>이미지 뷰</translation>
  </message>
  <message>
   <source>Boxes</source>
   <translation>바운딩 박스</translation>
  </message>
  <message>
   <source>Numbers</source>
   <translation>수치</translation>
  </message>
  <message>
   <source>{low} to {high}</source>
   <translation>{low} ~ {high}</translation>
  </message>
  <message>
   <source>Views of the inside</source>
   <translation>내부 뷰 목록</translation>
  </message>
  <message>
   <source>Labels</source>
   <translation>라벨</translation>
  </message>
  <message>
   <source>Countable things</source>
   <translation>셀 수 있는 사물(thing)</translation>
  </message>
  <message>
   <source>Stuff</source>
   <translation>스터프(stuff)</translation>
  </message>
  <message>
   <source>Attributes: {names}</source>
   <translation>속성: {names}</translation>
  </message>
  <message>
   <source>{n} keypoints</source>
   <translation>키포인트 {n}개</translation>
  </message>
  <message>
   <source>Key {n}: new objects get this class, and so do selected ones</source>
   <translation>{n} 키: 새 객체와 선택한 객체에 이 클래스를 지정합니다</translation>
  </message>
  <message>
   <source>Change the colour</source>
   <translation>색 변경</translation>
  </message>
  <message>
   <source>Show or hide this class</source>
   <translation>이 클래스 표시/숨기기</translation>
  </message>
  <message>
   <source>Name of a class</source>
   <translation>클래스 이름</translation>
  </message>
  <message>
   <source>Show all classes</source>
   <translation>모든 클래스 표시</translation>
  </message>
  <message>
   <source>What can be done to the class</source>
   <translation>이 클래스에 할 수 있는 작업</translation>
  </message>
  <message>
   <source>Add the class</source>
   <translation>클래스 추가</translation>
  </message>
  <message>
   <source>Find or add a class…</source>
   <translation>클래스 찾기 또는 추가…</translation>
  </message>
  <message>
   <source>No classes yet</source>
   <translation>아직 클래스 없음</translation>
  </message>
  <message>
   <source>Type a name below, or let a model or an imported file bring its classes.</source>
   <translation>아래에 이름을 입력하거나, 모델이나 가져온 파일의 클래스를 사용하세요.</translation>
  </message>
  <message>
   <source>No such class</source>
   <translation>해당 클래스 없음</translation>
  </message>
  <message>
   <source>Enter adds it.</source>
   <translation>Enter를 누르면 추가합니다.</translation>
  </message>
  <message>
   <source>Clear the search to change the order.</source>
   <translation>순서를 바꾸려면 검색어를 지우세요.</translation>
  </message>
  <message>
   <source>stuff</source>
   <translation>스터프</translation>
  </message>
  <message>
   <source>Least score</source>
   <translation>최소 점수</translation>
  </message>
  <message>
   <source>Most covered</source>
   <translation>최대 가림</translation>
  </message>
  <message>
   <source>Least stuff</source>
   <translation>최소 스터프</translation>
  </message>
  <message>
   <source>Objects that the model is less sure of take no part</source>
   <translation>모델의 확신이 이보다 낮은 객체는 제외합니다</translation>
  </message>
  <message>
   <source>An object of which better ones cover a larger share is left out</source>
   <translation>점수가 더 높은 객체가 이 비율보다 많이 가린 객체는 뺍니다</translation>
  </message>
  <message>
   <source>Stuff with fewer pixels in a picture is left out</source>
   <translation>이미지에서 픽셀 수가 이보다 적은 스터프는 뺍니다</translation>
  </message>
  <message>
   <source>Merging what a model finds</source>
   <translation>모델이 찾은 것 합치기</translation>
  </message>
  <message>
   <source>Objects by falling score, then stuff. Holds from the next prediction on.</source>
   <translation>점수가 높은 객체부터, 그다음 스터프 순입니다. 다음 예측부터 적용됩니다.</translation>
  </message>
  <message>
   <source>It can't be fetched. Bring by hand:</source>
   <translation>내려받을 수 없습니다. 직접 가져올 파일:</translation>
  </message>
  <message>
   <source>Fetch {size}</source>
   <translation>내려받기 ({size})</translation>
  </message>
  <message>
   <source>Add a Weights File…</source>
   <translation>가중치 추가…</translation>
  </message>
  <message>
   <source>Take a file that you brought by hand; it is checked first</source>
   <translation>직접 가져온 파일을 추가합니다. 먼저 검사합니다</translation>
  </message>
  <message>
   <source>Licence: {licence}</source>
   <translation>라이선스: {licence}</translation>
  </message>
  <message>
   <source>Paper: {paper}</source>
   <translation>논문: {paper}</translation>
  </message>
  <message>
   <source>Weights: {size}</source>
   <translation>가중치: {size}</translation>
  </message>
  <message>
   <source>Runs on: {names}</source>
   <translation>함께 쓰는 모델: {names}</translation>
  </message>
  <message>
   <source>Not for commercial use: {licence}</source>
   <translation>상업적 이용 불가: {licence}</translation>
  </message>
  <message>
   <source>Needs: {command}</source>
   <translation>필요한 명령: {command}</translation>
  </message>
  <message>
   <source>Add a Weights File of {title}</source>
   <translation>가중치 파일 추가: {title}</translation>
  </message>
  <message>
   <source>All files (*)</source>
   <translation>모든 파일 (*)</translation>
  </message>
  <message>
   <source>Models and weights</source>
   <translation>모델과 가중치</translation>
  </message>
  <message>
   <source>boxes</source>
   <translation>박스 검출</translation>
  </message>
  <message>
   <source>masks</source>
   <translation>마스크 분할</translation>
  </message>
  <message>
   <source>Masks</source>
   <translation>마스크</translation>
  </message>
  <message>
   <source>keypoints</source>
   <translation>키포인트 검출</translation>
  </message>
  <message>
   <source>Keypoints</source>
   <translation>키포인트</translation>
  </message>
  <message>
   <source>faces</source>
   <translation>얼굴 검출</translation>
  </message>
  <message>
   <source>Faces</source>
   <translation>얼굴</translation>
  </message>
  <message>
   <source>regions</source>
   <translation>영역 분할</translation>
  </message>
  <message>
   <source>Regions</source>
   <translation>영역</translation>
  </message>
  <message>
   <source>regions and objects</source>
   <translation>영역과 객체 분할</translation>
  </message>
  <message>
   <source>Regions and objects</source>
   <translation>영역과 객체</translation>
  </message>
  <message>
   <source>dense poses</source>
   <translation>DensePose 추정</translation>
  </message>
  <message>
   <source>Dense poses</source>
   <translation>DensePose 자세</translation>
  </message>
  <message>
   <source>picture labels</source>
   <translation>이미지 분류</translation>
  </message>
  <message>
   <source>Picture labels</source>
   <translation>이미지 라벨</translation>
  </message>
  <message>
   <source>what you point at</source>
   <translation>가리킨 대상 분할</translation>
  </message>
  <message>
   <source>For the tool Cut Out</source>
   <translation>오려내기 도구용</translation>
  </message>
  <message>
   <source>Starter pack</source>
   <translation>스타터 팩</translation>
  </message>
  <message>
   <source>non-commercial</source>
   <translation>비상업용</translation>
  </message>
  <message>
   <source>Models</source>
   <translation>모델 목록</translation>
  </message>
  <message>
   <source>Each connected piece of a thing class becomes an object; stuff stays one region a class</source>
   <translation>사물 클래스는 이어진 조각마다 객체가 되고, 스터프는 클래스마다 영역 하나로 남습니다</translation>
  </message>
  <message>
   <source>The mean of what the network says at six scales and of mirror images; many times slower</source>
   <translation>여섯 가지 배율과 좌우 반전 이미지에서 네트워크가 낸 결과의 평균입니다. 여러 배 느립니다</translation>
  </message>
  <message>
   <source>No model is like this. Clear the search and the filter to see all.</source>
   <translation>조건에 맞는 모델이 없습니다. 모두 보려면 검색어와 필터를 지우세요.</translation>
  </message>
  <message>
   <source>{model} finds more, and with finer outlines. It needs the network once.</source>
   <translation>{model} 모델은 더 많이, 더 정밀한 윤곽으로 찾습니다. 네트워크는 한 번만 필요합니다.</translation>
  </message>
  <message>
   <source>Predict</source>
   <translation>예측</translation>
  </message>
  <message>
   <source>Predict this picture (Ctrl+Return)</source>
   <translation>이 이미지 예측 (Ctrl+Return)</translation>
  </message>
  <message>
   <source>Predict All</source>
   <translation>전체 예측</translation>
  </message>
  <message>
   <source>Predict all pictures of the project (Ctrl+Shift+Return)</source>
   <translation>프로젝트의 모든 이미지 예측 (Ctrl+Shift+Return)</translation>
  </message>
  <message>
   <source>Split things into objects</source>
   <translation>사물을 객체로 나누기</translation>
  </message>
  <message>
   <source>Several scales, mirrored too</source>
   <translation>여러 배율과 좌우 반전</translation>
  </message>
  <message>
   <source>Discard the last run</source>
   <translation>마지막 실행 결과 폐기</translation>
  </message>
  <message>
   <source>Search models</source>
   <translation>모델 검색</translation>
  </message>
  <message>
   <source>Filter models</source>
   <translation>모델 필터</translation>
  </message>
  <message>
   <source>Add a Model File…</source>
   <translation>모델 파일 추가…</translation>
  </message>
  <message>
   <source>Search {n} models</source>
   <translation>모델 {n}개 검색</translation>
  </message>
  <message>
   <source>Fetching the model first. Press again when it is here.</source>
   <translation>먼저 모델을 내려받습니다. 끝나면 다시 누르세요.</translation>
  </message>
  <message>
   <source>The weights of this model must be brought by hand: see its card.</source>
   <translation>이 모델의 가중치는 직접 가져와야 합니다. 모델 카드를 확인하세요.</translation>
  </message>
  <message>
   <source>{title} cuts out what you point at: take the tool Cut Out.</source>
   <translation>{title} 모델은 가리킨 대상을 오려냅니다. 오려내기 도구를 사용하세요.</translation>
  </message>
  <message>
   <source>Ready to run here</source>
   <translation>바로 실행 가능</translation>
  </message>
  <message>
   <source>Objects</source>
   <translation>객체 목록</translation>
  </message>
  <message>
   <source>{w:.0f} × {h:.0f} px at {x:.0f}, {y:.0f}</source>
   <translation>{w:.0f} × {h:.0f} px, 위치 {x:.0f}, {y:.0f}</translation>
  </message>
  <message>
   <source>Predicted by {model}</source>
   <translation>예측한 모델: {model}</translation>
  </message>
  <message>
   <source>no shape</source>
   <translation>모양 없음</translation>
  </message>
  <message>
   <source>class {n}</source>
   <translation>클래스 {n}</translation>
  </message>
  <message>
   <source>Score {score:.3f}</source>
   <translation>점수 {score:.3f}</translation>
  </message>
  <message>
   <source>{kind} with keypoints</source>
   <translation>{kind} · 키포인트 있음</translation>
  </message>
  <message>
   <source>Show or hide</source>
   <translation>표시/숨기기</translation>
  </message>
  <message>
   <source>Lock or unlock</source>
   <translation>잠금/잠금 해제</translation>
  </message>
  <message>
   <source>Accept (Enter)</source>
   <translation>승인 (Enter)</translation>
  </message>
  <message>
   <source>Reject (Backspace)</source>
   <translation>거부 (Backspace)</translation>
  </message>
  <message>
   <source>Accept all predictions that are shown</source>
   <translation>표시된 예측 모두 승인</translation>
  </message>
  <message>
   <source>Search objects</source>
   <translation>객체 검색</translation>
  </message>
  <message>
   <source>Filter objects</source>
   <translation>객체 필터</translation>
  </message>
  <message>
   <source>No objects here yet</source>
   <translation>아직 객체 없음</translation>
  </message>
  <message>
   <source>This file can't be read</source>
   <translation>이 파일을 읽을 수 없음</translation>
  </message>
  <message>
   <source>Corrected from {model}</source>
   <translation>{model}의 예측을 수정함</translation>
  </message>
  <message>
   <source>mask</source>
   <translation>마스크(픽셀)</translation>
  </message>
  <message>
   <source>polygon</source>
   <translation>폴리곤(꼭짓점)</translation>
  </message>
  <message>
   <source>box</source>
   <translation>박스(사각형)</translation>
  </message>
  <message>
   <source>No object here is like this. Clear the search and the filter to see all.</source>
   <translation>조건에 맞는 객체가 없습니다. 모두 보려면 검색어와 필터를 지우세요.</translation>
  </message>
  <message>
   <source>{n:,} predictions score below the threshold. Move the slider to the left to see them.</source>
   <translation>점수가 임계값보다 낮은 예측이 {n:,}개 있습니다. 보려면 슬라이더를 왼쪽으로 옮기세요.</translation>
  </message>
  <message>
   <source>Draw one with a tool on the left, or let a model predict this picture.</source>
   <translation>왼쪽의 도구로 그리거나 모델로 이 이미지를 예측하세요.</translation>
  </message>
  <message>
   <source>Panoptic</source>
   <translation>파놉틱</translation>
  </message>
  <message>
   <source>Panoptic mode keeps the picture free of overlaps and shows what has no segment yet.</source>
   <translation>파놉틱 모드는 겹침이 없도록 유지하고, 아직 세그먼트가 없는 곳을 보여 줍니다.</translation>
  </message>
  <message>
   <source>With the current class</source>
   <translation>현재 클래스로</translation>
  </message>
  <message>
   <source>By the longest border</source>
   <translation>가장 길게 맞닿은 세그먼트로</translation>
  </message>
  <message>
   <source>By the nearest segments</source>
   <translation>가장 가까운 세그먼트로</translation>
  </message>
  <message>
   <source>All gaps, by the nearest segments</source>
   <translation>모든 빈 영역을 가장 가까운 세그먼트로</translation>
  </message>
  <message>
   <source>Take from others</source>
   <translation>다른 객체에서 가져오기</translation>
  </message>
  <message>
   <source>Protect others</source>
   <translation>다른 객체 보호</translation>
  </message>
  <message>
   <source>{name}: a box or a pose, no region</source>
   <translation>{name}: 박스 또는 포즈라서 영역이 없음</translation>
  </message>
  <message>
   <source>This picture has too many pixels for a live map.</source>
   <translation>픽셀이 너무 많아 실시간 맵을 만들 수 없는 이미지입니다.</translation>
  </message>
  <message>
   <source>{name}: loses {n:,} px to others</source>
   <translation>{name}: 다른 객체에 {n:,} px 잃음</translation>
  </message>
  <message>
   <source>{name}: wholly covered by others</source>
   <translation>{name}: 다른 객체에 완전히 가려짐</translation>
  </message>
  <message>
   <source>{name}: stuff in {n} regions</source>
   <translation>{name}: 스터프가 영역 {n}개로 나뉨</translation>
  </message>
  <message>
   <source>{name}: only {n} px</source>
   <translation>{name}: {n} px뿐임</translation>
  </message>
  <message>
   <source>An object whose class is gone</source>
   <translation>클래스가 없어진 객체</translation>
  </message>
  <message>
   <source>{name}: {n:,} px outside the picture</source>
   <translation>{name}: 이미지 밖 {n:,} px</translation>
  </message>
  <message>
   <source>Switch to Panoptic Mode</source>
   <translation>파놉틱 모드로 전환</translation>
  </message>
  <message>
   <source>One segment a pixel</source>
   <translation>픽셀마다 세그먼트 하나</translation>
  </message>
  <message>
   <source>Labelled part of the picture</source>
   <translation>이미지에서 라벨이 있는 비율</translation>
  </message>
  <message>
   <source>Largest Gap</source>
   <translation>가장 큰 빈 영역</translation>
  </message>
  <message>
   <source>Show the largest unlabelled region, then the next one (O, Ctrl+G)</source>
   <translation>라벨 없는 가장 큰 영역을 보이고, 이어서 다음 영역을 보입니다 (O, Ctrl+G)</translation>
  </message>
  <message>
   <source>Fill Gap</source>
   <translation>빈 영역 채우기</translation>
  </message>
  <message>
   <source>Give the gap to a segment (N, Shift+N, Shift+J)</source>
   <translation>빈 영역을 세그먼트에 줍니다 (N, Shift+N, Shift+J)</translation>
  </message>
  <message>
   <source>Resolve</source>
   <translation>겹침 해소</translation>
  </message>
  <message>
   <source>Problems of the map</source>
   <translation>맵의 문제</translation>
  </message>
  <message>
   <source>New pixels</source>
   <translation>새 픽셀</translation>
  </message>
  <message>
   <source>What tools do with pixels that other segments have</source>
   <translation>다른 세그먼트의 픽셀을 도구가 어떻게 다룰지</translation>
  </message>
  <message>
   <source>Who keeps a pixel that several objects have claimed already</source>
   <translation>여러 객체가 이미 차지한 픽셀을 누가 가질지</translation>
  </message>
  <message>
   <source>Stuff is a region without instances: sky, grass, a wall</source>
   <translation>스터프는 낱개로 세지 않는 영역입니다: 하늘, 풀, 벽</translation>
  </message>
  <message>
   <source>{n:,} pixels are claimed by several objects.</source>
   <translation>{n:,} 픽셀을 여러 객체가 차지하고 있습니다.</translation>
  </message>
  <message>
   <source>Back to instances</source>
   <translation>인스턴스로 돌아가기</translation>
  </message>
  <message>
   <source>No problems found.</source>
   <translation>문제가 없습니다.</translation>
  </message>
  <message>
   <source>Looking…</source>
   <translation>검사 중…</translation>
  </message>
  <message>
   <source>“{name}” is stuff</source>
   <translation>“{name}”: 스터프</translation>
  </message>
  <message>
   <source>{share} % labelled</source>
   <translation>{share} % 라벨됨</translation>
  </message>
  <message>
   <source>Reading…</source>
   <translation>읽는 중…</translation>
  </message>
  <message>
   <source>Next Gap</source>
   <translation>다음 빈 영역</translation>
  </message>
  <message>
   <source>object</source>
   <translation>객체(이름 없음)</translation>
  </message>
  <message>
   <source>no gap</source>
   <translation>빈 영역 없음</translation>
  </message>
  <message>
   <source>{n:,} px open</source>
   <translation>빈 곳 {n:,} px</translation>
  </message>
  <message>
   <source>{n:,} px in {gaps:,} gaps</source>
   <translation>빈 영역 {gaps:,}곳, {n:,} px</translation>
  </message>
  <message>
   <source>{n:,} px in 1 gap</source>
   <translation>빈 영역 1곳, {n:,} px</translation>
  </message>
  <message>
   <source>about {n:.1f} h left</source>
   <translation>약 {n:.1f}시간 남음</translation>
  </message>
  <message>
   <source>{n} s left</source>
   <translation>{n}초 남음</translation>
  </message>
  <message>
   <source>about {n} min left</source>
   <translation>약 {n}분 남음</translation>
  </message>
  <message>
   <source>{done} of {total}</source>
   <translation>{total}개 중 {done}개</translation>
  </message>
  <message>
   <source>Pause</source>
   <translation>일시 정지</translation>
  </message>
  <message>
   <source>Go on</source>
   <translation>계속</translation>
  </message>
  <message>
   <source>Cancel; what is finished stays</source>
   <translation>취소. 끝난 부분은 남습니다</translation>
  </message>
  <message>
   <source>Stopping…</source>
   <translation>멈추는 중…</translation>
  </message>
  <message>
   <source>paused</source>
   <translation>정지됨</translation>
  </message>
  <message>
   <source>Waiting…</source>
   <translation>대기 중…</translation>
  </message>
  <message>
   <source>Starting…</source>
   <translation>시작하는 중…</translation>
  </message>
  <message>
   <source>{n:,} of {m:,}</source>
   <translation>{m:,}개 중 {n:,}개</translation>
  </message>
  <message>
   <source>Not looked at yet</source>
   <translation>아직 보지 않음</translation>
  </message>
  <message>
   <source>Predicted, not checked yet</source>
   <translation>예측했으나 확인 전</translation>
  </message>
  <message>
   <source>In work</source>
   <translation>작업 중</translation>
  </message>
  <message>
   <source>Flagged for another look</source>
   <translation>다시 확인하도록 표시됨</translation>
  </message>
  <message>
   <source>Ctrl+Return runs a model on the picture in front of you.</source>
   <translation>Ctrl+Return을 누르면 지금 보는 이미지에 모델을 실행합니다.</translation>
  </message>
  <message>
   <source>Correct</source>
   <translation>수정</translation>
  </message>
  <message>
   <source>Click an object. B paints, E erases, Enter accepts it.</source>
   <translation>객체를 클릭하세요. B로 칠하고 E로 지우고 Enter로 승인합니다.</translation>
  </message>
  <message>
   <source>Ctrl+Shift+E writes COCO that other tools read.</source>
   <translation>Ctrl+Shift+E를 누르면 다른 도구가 읽는 COCO로 저장합니다.</translation>
  </message>
  <message>
   <source>Your projects appear here. A project is one file beside your pictures; it saves itself with each step.</source>
   <translation>프로젝트가 여기에 나타납니다. 프로젝트는 이미지 옆에 놓이는 파일 하나이며, 단계마다 저절로 저장됩니다.</translation>
  </message>
  <message>
   <source>Fetch</source>
   <translation>내려받기</translation>
  </message>
  <message>
   <source>d MMM, HH:mm</source>
   <translation>M월 d일, HH:mm</translation>
  </message>
  <message>
   <source>Label pictures and video, let models do the first pass, correct what they see, export COCO.</source>
   <translation>이미지와 동영상에 라벨을 달고, 첫 작업은 모델에 맡기고, 결과를 수정하고, COCO로 내보냅니다.</translation>
  </message>
  <message>
   <source>Start</source>
   <translation>시작하기</translation>
  </message>
  <message>
   <source>Recent projects</source>
   <translation>최근 프로젝트</translation>
  </message>
  <message>
   <source>Starter models</source>
   <translation>스타터 모델</translation>
  </message>
  <message>
   <source>Starter models are ready</source>
   <translation>스타터 모델 준비됨</translation>
  </message>
  <message>
   <source>Boxes, masks, poses, faces and picture labels on any computer. Fetched once, then they work offline.</source>
   <translation>어떤 컴퓨터에서든 박스, 마스크, 포즈, 얼굴, 이미지 라벨을 찾습니다. 한 번 내려받으면 오프라인에서도 됩니다.</translation>
  </message>
  <message>
   <source>Boxes, masks, poses, faces and picture labels, on any computer, offline.</source>
   <translation>어떤 컴퓨터에서든 오프라인으로 박스, 마스크, 포즈, 얼굴, 이미지 라벨을 찾습니다.</translation>
  </message>
  <message>
   <source>Open a folder</source>
   <translation>폴더 열기</translation>
  </message>
  <message>
   <source>Open files</source>
   <translation>파일 열기</translation>
  </message>
  <message>
   <source>Try the sample photos</source>
   <translation>샘플 사진으로 해 보기</translation>
  </message>
  <message>
   <source>All pictures and videos in it, 100,000 are fine.</source>
   <translation>폴더 안의 모든 이미지와 동영상. 100,000개도 괜찮습니다.</translation>
  </message>
  <message>
   <source>A few pictures or a video.</source>
   <translation>이미지 몇 장이나 동영상 하나.</translation>
  </message>
  <message>
   <source>Free to use.</source>
   <translation>자유롭게 쓸 수 있습니다.</translation>
  </message>
  <message>
   <source>There is no gap to fill.</source>
   <translation>채울 빈 영역이 없습니다.</translation>
  </message>
  <message>
   <source>There is no segment yet that could take it. Fill it with the current class instead.</source>
   <translation>넘겨받을 세그먼트가 아직 없습니다. 대신 현재 클래스로 채우세요.</translation>
  </message>
  <message>
   <source>Nothing changed: all of it belongs to segments that are protected or hidden.</source>
   <translation>바뀐 것이 없습니다. 모두 보호되거나 숨겨진 세그먼트의 영역입니다.</translation>
  </message>
  <message>
   <source>The panoptic map</source>
   <translation>파놉틱 맵</translation>
  </message>
  <message>
   <source>Every pixel has a segment.</source>
   <translation>모든 픽셀에 세그먼트가 있습니다.</translation>
  </message>
  <message>
   <source>Add a class first: a new object needs one.</source>
   <translation>먼저 클래스를 추가하세요. 새 객체에는 클래스가 필요합니다.</translation>
  </message>
  <message>
   <source>Paused</source>
   <translation>일시 정지됨</translation>
  </message>
  <message>
   <source>Waiting</source>
   <translation>대기 중</translation>
  </message>
  <message>
   <source>Working</source>
   <translation>실행 중</translation>
  </message>
  <message>
   <source>Enter applies · Esc leaves everything as it is</source>
   <translation>Enter 적용 · Esc 모두 그대로 두기</translation>
  </message>
  <message>
   <source>Result</source>
   <translation>결과</translation>
  </message>
  <message>
   <source>New object</source>
   <translation>새 객체</translation>
  </message>
  <message>
   <source>Add to selected</source>
   <translation>선택 객체에 더하기</translation>
  </message>
  <message>
   <source>Take from selected</source>
   <translation>선택 객체에서 빼기</translation>
  </message>
  <message>
   <source>Replace selected</source>
   <translation>선택 객체 바꾸기</translation>
  </message>
  <message>
   <source>Where the pixels go that the tool finds.</source>
   <translation>도구가 찾은 픽셀을 어디에 쓸지.</translation>
  </message>
  <message>
   <source>Select a single object first.</source>
   <translation>먼저 객체 하나를 선택하세요.</translation>
  </message>
  <message>
   <source>Press inside a segment near its border and drag into the neighbour: only the border between the two moves · [ ] size · Esc cancels the stroke</source>
   <translation>세그먼트 안쪽 경계 근처를 눌러 이웃 쪽으로 드래그하면 둘 사이의 경계만 움직입니다 · [ ] 크기 · Esc 획 취소</translation>
  </message>
  <message>
   <source>Size</source>
   <translation>크기</translation>
  </message>
  <message>
   <source>Press inside a segment, near its border.</source>
   <translation>세그먼트 안쪽, 경계 근처를 누르세요.</translation>
  </message>
  <message>
   <source>Drag a box · Esc cancels</source>
   <translation>드래그해 박스 그리기 · Esc 취소</translation>
  </message>
  <message>
   <source>Paint on the selected object or begin a new one · Right button or Alt erases · Shift: straight line · [ ] size</source>
   <translation>선택 객체에 칠하거나 새 객체를 시작 · 오른쪽 버튼 또는 Alt 지우기 · Shift: 직선 · [ ] 크기</translation>
  </message>
  <message>
   <source>Erase from the selected object · Right button or Alt paints · Shift: straight line · [ ] size · Esc cancels</source>
   <translation>선택 객체에서 지우기 · 오른쪽 버튼 또는 Alt 칠하기 · Shift: 직선 · [ ] 크기 · Esc 취소</translation>
  </message>
  <message>
   <source>[ and ], or Alt and the wheel</source>
   <translation>[ 및 ] 키, 또는 Alt와 휠</translation>
  </message>
  <message>
   <source>Round</source>
   <translation>원형</translation>
  </message>
  <message>
   <source>Square</source>
   <translation>사각형</translation>
  </message>
  <message>
   <source>Pressure</source>
   <translation>필압</translation>
  </message>
  <message>
   <source>The harder a pen is pressed, the wider the stroke, up to the size</source>
   <translation>펜을 세게 누를수록 정한 크기까지 획이 굵어집니다</translation>
  </message>
  <message>
   <source>Over others</source>
   <translation>다른 객체 위에서</translation>
  </message>
  <message>
   <source>Overlap</source>
   <translation>겹쳐 칠하기</translation>
  </message>
  <message>
   <source>Paint under</source>
   <translation>아래에 칠하기</translation>
  </message>
  <message>
   <source>Only empty</source>
   <translation>빈 곳만</translation>
  </message>
  <message>
   <source>What happens where the stroke meets other objects</source>
   <translation>획이 다른 객체와 만날 때의 처리</translation>
  </message>
  <message>
   <source>Select a single object to paint on.</source>
   <translation>칠할 객체 하나를 선택하세요.</translation>
  </message>
  <message>
   <source>Select the object to erase from.</source>
   <translation>지울 객체를 선택하세요.</translation>
  </message>
  <message>
   <source>This object has a box and a pose, and no pixels to take away yet.</source>
   <translation>이 객체에는 박스와 포즈만 있고 아직 뺄 픽셀이 없습니다.</translation>
  </message>
  <message>
   <source>Click or drag a line across the object · Enter or double click cuts · Backspace takes a point back · Esc cancels · nothing selected: cuts all it crosses</source>
   <translation>객체를 가로지르는 선을 클릭하거나 드래그 · Enter 또는 더블 클릭 자르기 · Backspace 점 하나 취소 · Esc 취소 · 선택이 없으면 지나간 객체 모두 자르기</translation>
  </message>
  <message>
   <source>Paint a body part on the selected person · , . other part · right click takes the part there · [ ] size · Alt or Ctrl erases · F fills what is left · Esc cancels</source>
   <translation>선택한 사람에 신체 부위 칠하기 · , . 다른 부위 · 오른쪽 클릭 그 자리의 부위 고르기 · [ ] 크기 · Alt 또는 Ctrl 지우기 · F 남은 곳 채우기 · Esc 취소</translation>
  </message>
  <message>
   <source>Part</source>
   <translation>부위</translation>
  </message>
  <message>
   <source>Stay inside</source>
   <translation>안쪽만</translation>
  </message>
  <message>
   <source>Paint only on pixels of the object's own shape</source>
   <translation>객체 자신의 모양 안에 있는 픽셀만 칠합니다</translation>
  </message>
  <message>
   <source>Select one person to paint on.</source>
   <translation>칠할 사람 하나를 선택하세요.</translation>
  </message>
  <message>
   <source>Click the body, then its place on the atlas · Enter takes the guess · arrows move there, 1–9 A–N: the part · drag moves a point · Tab next · Del · Esc</source>
   <translation>몸을 클릭한 뒤 아틀라스의 자리를 클릭 · Enter 추정 위치 받기 · 화살표 이동, 1–9 A–N 부위 · 드래그 점 이동 · Tab 다음 · Del · Esc</translation>
  </message>
  <message>
   <source>{part} · U {u:.2f} V {v:.2f}</source>
   <translation>{part} · U {u:.2f} V {v:.2f}</translation>
  </message>
  <message>
   <source>Click a place on the body · {n} points so far</source>
   <translation>몸 위의 한 곳을 클릭하세요 · 지금까지 점 {n}개</translation>
  </message>
  <message>
   <source>Now click it on the atlas, or Enter</source>
   <translation>이제 아틀라스에서 그곳을 클릭하거나 Enter를 누르세요</translation>
  </message>
  <message>
   <source>Point {n}: click the atlas to change it, drag it, or Del</source>
   <translation>점 {n}: 아틀라스를 클릭해 변경, 드래그, 또는 Del</translation>
  </message>
  <message>
   <source>Click a person in the picture</source>
   <translation>이미지에서 사람을 클릭하세요</translation>
  </message>
  <message>
   <source>That place is outside the selected object.</source>
   <translation>그곳은 선택한 객체의 바깥입니다.</translation>
  </message>
  <message>
   <source>Click on a person; draw a box or an outline first where there is none.</source>
   <translation>사람을 클릭하세요. 없으면 먼저 박스나 윤곽선을 그리세요.</translation>
  </message>
  <message>
   <source>Another object is selected now: click on its body.</source>
   <translation>다른 객체가 선택되었습니다. 그 몸을 클릭하세요.</translation>
  </message>
  <message>
   <source>Drag a box, or Q: begin with the selected object · then left: object, right or Alt: background · Enter accepts</source>
   <translation>박스를 드래그하거나 Q로 선택 객체에서 시작 · 이어서 왼쪽: 객체, 오른쪽 또는 Alt: 배경 · Enter 승인</translation>
  </message>
  <message>
   <source>From a mask: how far its border may be off.</source>
   <translation>마스크에서 시작할 때: 경계가 얼마나 어긋나 있을지.</translation>
  </message>
  <message>
   <source>not labelled</source>
   <translation>표시 없음</translation>
  </message>
  <message>
   <source>hidden</source>
   <translation>가려짐</translation>
  </message>
  <message>
   <source>visible</source>
   <translation>보임</translation>
  </message>
  <message>
   <source>{name} · {state} · {x:.2f}, {y:.2f}</source>
   <translation>{name} · {state} · {x:.2f}, {y:.2f}</translation>
  </message>
  <message>
   <source>{text} · heat {heat:.2f}</source>
   <translation>{text} · 히트 {heat:.2f}</translation>
  </message>
  <message>
   <source>Click the joints in order, right click if hidden · X skips · N ends · drag lays a pose, Shift mirrors · F here · on a joint: drag, H 0 1 2, L swaps, X removes, arrows · [ ] next</source>
   <translation>관절을 순서대로 클릭, 가려졌으면 오른쪽 클릭 · X 건너뛰기 · N 마침 · 드래그 포즈 놓기, Shift 좌우 반전 · F 여기 · 관절 위에서: 드래그, H 0 1 2, L 좌우 교환, X 제거, 화살표 · [ ] 다음</translation>
  </message>
  <message>
   <source>A drag lays a pose</source>
   <translation>드래그로 포즈 놓기</translation>
  </message>
  <message>
   <source>into a box</source>
   <translation>박스 안에</translation>
  </message>
  <message>
   <source>from end to end</source>
   <translation>끝에서 끝까지</translation>
  </message>
  <message>
   <source>from side to side</source>
   <translation>옆에서 옆까지</translation>
  </message>
  <message>
   <source>From end to end: of a person from the eyes to the ankles, of a face from the brows to the chin.</source>
   <translation>끝에서 끝까지: 사람은 눈에서 발목까지, 얼굴은 눈썹에서 턱까지입니다.</translation>
  </message>
  <message>
   <source>Ghost</source>
   <translation>고스트</translation>
  </message>
  <message>
   <source>Shows where the joints that come next would be</source>
   <translation>다음에 올 관절이 있을 만한 자리를 보여 줍니다</translation>
  </message>
  <message>
   <source>Heat</source>
   <translation>히트맵 표시</translation>
  </message>
  <message>
   <source>Shows where the model saw the joint, if it said so</source>
   <translation>모델이 관절을 본 자리를 보여 줍니다(모델이 알려 준 경우)</translation>
  </message>
  <message>
   <source>from {first} to {last}</source>
   <translation>{first}에서 {last}까지</translation>
  </message>
  <message>
   <source>{name} ({n}/{count})</source>
   <translation>{name} ({n}/{count})</translation>
  </message>
  <message>
   <source>The class has no keypoints. Give it a skeleton: Labels, Skeleton.</source>
   <translation>이 클래스에는 키포인트가 없습니다. 라벨 &gt; 스켈레톤에서 만드세요.</translation>
  </message>
  <message>
   <source>This pose lacks no joint that would lie on the picture.</source>
   <translation>이 포즈에는 이미지 안에 놓을 수 있는 빠진 관절이 없습니다.</translation>
  </message>
  <message>
   <source>No model has said where it sees this joint: let one predict the picture first.</source>
   <translation>이 관절을 본 자리를 알려 준 모델이 없습니다. 먼저 모델로 이미지를 예측하세요.</translation>
  </message>
  <message>
   <source>Point at a joint first: then {key} changes it.</source>
   <translation>먼저 관절을 가리키세요. 그다음 {key} 키로 바꿉니다.</translation>
  </message>
  <message>
   <source>Click vertices or drag freehand · Enter or double click closes · Backspace takes one back · Shift: part, Alt: hole, X: which · F: the other way along a border · Ctrl: no snap</source>
   <translation>꼭짓점을 클릭하거나 손으로 드래그 · Enter 또는 더블 클릭 닫기 · Backspace 하나 취소 · Shift 조각, Alt 구멍, X 대상 변경 · F 경계를 반대쪽으로 · Ctrl 스냅 끄기</translation>
  </message>
  <message>
   <source>Draws</source>
   <translation>그릴 것</translation>
  </message>
  <message>
   <source>a new object</source>
   <translation>새 객체로</translation>
  </message>
  <message>
   <source>a part of the selected</source>
   <translation>선택 객체의 조각</translation>
  </message>
  <message>
   <source>a hole in the selected</source>
   <translation>선택 객체의 구멍</translation>
  </message>
  <message>
   <source>Shift or Alt at the first click: a part or a hole, for this once.</source>
   <translation>첫 클릭에 Shift 또는 Alt: 이번만 조각 또는 구멍을 그립니다.</translation>
  </message>
  <message>
   <source>Snap</source>
   <translation>스냅</translation>
  </message>
  <message>
   <source>The pointer snaps to other borders and to the picture's edges.</source>
   <translation>포인터가 다른 경계와 이미지 가장자리에 달라붙습니다.</translation>
  </message>
  <message>
   <source>Follow borders</source>
   <translation>경계 따라가기</translation>
  </message>
  <message>
   <source>Two places on one border are joined along it.</source>
   <translation>한 경계 위의 두 곳을 그 경계를 따라 잇습니다.</translation>
  </message>
  <message>
   <source>Select the object that this belongs to first.</source>
   <translation>이것이 속할 객체를 먼저 선택하세요.</translation>
  </message>
  <message>
   <source>A polygon needs three vertices that are not on one line.</source>
   <translation>폴리곤에는 한 직선 위에 있지 않은 꼭짓점 세 개가 필요합니다.</translation>
  </message>
  <message>
   <source>Click on the object or drag a box around it · right-click what is not it · Tab next proposal · Backspace takes the last one back · Enter accepts · Esc clears</source>
   <translation>객체를 클릭하거나 박스로 감싸세요 · 오른쪽 클릭 아닌 곳 · Tab 다음 제안 · Backspace 마지막 것 취소 · Enter 승인 · Esc 지우기</translation>
  </message>
  <message>
   <source>Model</source>
   <translation>모델</translation>
  </message>
  <message>
   <source>Selected object</source>
   <translation>선택 객체</translation>
  </message>
  <message>
   <source>Enter adds an object, or gives the selected one a new shape; its mask is then a prompt too.</source>
   <translation>Enter를 누르면 객체를 추가하거나 선택 객체의 모양을 바꿉니다. 바꿀 때는 그 마스크도 프롬프트가 됩니다.</translation>
  </message>
  <message>
   <source>The starter network answers, with coarse outlines. Finer models can be fetched in Models.</source>
   <translation>스타터 네트워크가 거친 윤곽선으로 답합니다. 모델 목록에서 더 정밀한 모델을 내려받을 수 있습니다.</translation>
  </message>
  <message>
   <source>Starter network</source>
   <translation>스타터 네트워크</translation>
  </message>
  <message>
   <source>There is nothing to accept yet.</source>
   <translation>아직 승인할 것이 없습니다.</translation>
  </message>
  <message>
   <source>Select a single object to refine.</source>
   <translation>다듬을 객체 하나를 선택하세요.</translation>
  </message>
  <message>
   <source>Now click on the object itself.</source>
   <translation>이제 객체 자체를 클릭하세요.</translation>
  </message>
  <message>
   <source>Looking at the picture…</source>
   <translation>이미지를 살펴보는 중…</translation>
  </message>
  <message>
   <source>Cutting out…</source>
   <translation>오려내는 중…</translation>
  </message>
  <message>
   <source>{i} of {n}, score {score:.2f}</source>
   <translation>{n}개 중 {i}번째, 점수 {score:.2f}</translation>
  </message>
  <message>
   <source>Nothing was found there.</source>
   <translation>그곳에서는 아무것도 찾지 못했습니다.</translation>
  </message>
  <message>
   <source>Coarse: Models has finer ones.</source>
   <translation>거친 결과입니다. 모델 목록에 더 정밀한 모델이 있습니다.</translation>
  </message>
  <message>
   <source>Ready</source>
   <translation>준비됨</translation>
  </message>
  <message>
   <source>Nothing was found yet</source>
   <translation>아직 찾은 것이 없습니다</translation>
  </message>
  <message>
   <source>Click along an edge · Shift: straight · Enter, double click or the first anchor closes · Backspace takes back</source>
   <translation>가장자리를 따라 클릭 · Shift: 직선 · Enter, 더블 클릭 또는 첫 기준점 닫기 · Backspace 하나 취소</translation>
  </message>
  <message>
   <source>This outline encloses nothing.</source>
   <translation>이 윤곽선은 아무것도 둘러싸지 않습니다.</translation>
  </message>
  <message>
   <source>Click, Tab: what lies beneath · Shift adds · drag, arrows move · Ctrl-drag frames · polygon: drag vertices, sides, double click adds, Alt-click removes, Alt-drag [ ] picks</source>
   <translation>클릭 선택, Tab 아래 객체 · Shift 추가 · 드래그, 화살표 이동 · Ctrl+드래그 범위 선택 · 폴리곤: 꼭짓점, 변 드래그, 더블 클릭 추가, Alt+클릭 제거, Alt+드래그 [ ] 선택</translation>
  </message>
  <message>
   <source>Shared borders</source>
   <translation>공유 경계</translation>
  </message>
  <message>
   <source>Vertices of neighbours at the same place move too.</source>
   <translation>같은 자리에 있는 이웃의 꼭짓점도 함께 움직입니다.</translation>
  </message>
  <message>
   <source>A dragged vertex snaps to other borders and to the picture's edges.</source>
   <translation>드래그한 꼭짓점이 다른 경계와 이미지 가장자리에 달라붙습니다.</translation>
  </message>
  <message>
   <source>{n:,} picked: arrows move, Del deletes, + adds, Esc lets go</source>
   <translation>{n:,}개 선택됨: 화살표 이동, Del 삭제, + 추가, Esc 선택 해제</translation>
  </message>
  <message>
   <source>Click or drag to add to the selected object, or begin a new one · Alt or right button takes · [ ] size</source>
   <translation>클릭하거나 드래그해 선택 객체에 더하거나 새 객체를 시작 · Alt 또는 오른쪽 버튼 빼기 · [ ] 크기</translation>
  </message>
  <message>
   <source>About how wide a superpixel is.</source>
   <translation>슈퍼픽셀의 대략적인 너비.</translation>
  </message>
  <message>
   <source>Looking for edges…</source>
   <translation>가장자리를 찾는 중…</translation>
  </message>
  <message>
   <source>A moment: the superpixels are not there yet.</source>
   <translation>잠시만요. 슈퍼픽셀이 아직 준비되지 않았습니다.</translation>
  </message>
  <message>
   <source>The pixels of the picture aren't here.</source>
   <translation>이미지의 픽셀이 여기에 없습니다.</translation>
  </message>
  <message>
   <source>Select the object to take from.</source>
   <translation>픽셀을 뺄 객체를 선택하세요.</translation>
  </message>
  <message>
   <source>Click a colour, drag for more or less · Shift adds to the selected object · Alt takes from it · [ ] tolerance</source>
   <translation>색을 클릭, 드래그하면 더 많이 또는 더 적게 · Shift 선택 객체에 더하기 · Alt 빼기 · [ ] 허용 오차</translation>
  </message>
  <message>
   <source>CIELAB difference: 2 is just visible.</source>
   <translation>CIELAB 색차: 2는 겨우 알아볼 수 있는 차이입니다.</translation>
  </message>
  <message>
   <source>Contiguous</source>
   <translation>인접 영역만</translation>
  </message>
  <message>
   <source>Only what hangs together with the place clicked on.</source>
   <translation>클릭한 곳과 이어진 부분만.</translation>
  </message>
  <message>
   <source>Large picture: only what is in sight</source>
   <translation>큰 이미지: 보이는 부분만</translation>
  </message>
  <message>
   <source>Tolerance {n:.1f}</source>
   <translation>허용 오차 {n:.1f}</translation>
  </message>
  <message>
   <source>Draw on an object · N or Shift: the next one · right or Alt: background · Q: part the selected object · Enter</source>
   <translation>객체 위에 그리기 · N 또는 Shift: 다음 객체 · 오른쪽 또는 Alt: 배경 · Q: 선택 객체 나누기 · Enter</translation>
  </message>
  <message>
   <source>Rim</source>
   <translation>테두리</translation>
  </message>
  <message>
   <source>The rim of what is in sight is background: untick it where an object reaches over.</source>
   <translation>보이는 영역의 테두리를 배경으로 봅니다. 객체가 테두리를 넘어가면 끄세요.</translation>
  </message>
  <message>
   <source>Draw on each part</source>
   <translation>나눌 부분마다 그리세요</translation>
  </message>
  <message>
   <source>Object {n}</source>
   <translation>객체 {n}</translation>
  </message>
  <message>
   <source>Anchors</source>
   <translation>앵커</translation>
  </message>
  <message>
   <source>Body</source>
   <translation>몸</translation>
  </message>
  <message>
   <source>Bottom-right corners</source>
   <translation>오른쪽 아래 모서리</translation>
  </message>
  <message>
   <source>Branches, mean over the channels</source>
   <translation>분기, 채널 평균</translation>
  </message>
  <message>
   <source>Candidates</source>
   <translation>후보</translation>
  </message>
  <message>
   <source>Cells</source>
   <translation>셀</translation>
  </message>
  <message>
   <source>Centres</source>
   <translation>중심점</translation>
  </message>
  <message>
   <source>Charts</source>
   <translation>차트</translation>
  </message>
  <message>
   <source>Class scores, {cells} × {rows} cells</source>
   <translation>클래스 점수, {cells} × {rows} 셀</translation>
  </message>
  <message>
   <source>Coarse and fine</source>
   <translation>거친 경로와 정밀한 경로</translation>
  </message>
  <message>
   <source>Coarse to fine</source>
   <translation>거친 것에서 정밀한 것으로</translation>
  </message>
  <message>
   <source>Coefficients</source>
   <translation>계수</translation>
  </message>
  <message>
   <source>Confidence</source>
   <translation>신뢰도</translation>
  </message>
  <message>
   <source>Corner embeddings</source>
   <translation>모서리 임베딩</translation>
  </message>
  <message>
   <source>Crops</source>
   <translation>잘라낸 이미지</translation>
  </message>
  <message>
   <source>Cross-class fast NMS</source>
   <translation>클래스 간 Fast NMS</translation>
  </message>
  <message>
   <source>Decoder</source>
   <translation>디코더</translation>
  </message>
  <message>
   <source>Deconvolved</source>
   <translation>역합성곱 결과</translation>
  </message>
  <message>
   <source>Default boxes</source>
   <translation>기본 박스</translation>
  </message>
  <message>
   <source>Dense map</source>
   <translation>조밀한 맵</translation>
  </message>
  <message>
   <source>Depthwise branches</source>
   <translation>깊이별 합성곱 분기</translation>
  </message>
  <message>
   <source>Dilation rates</source>
   <translation>팽창률</translation>
  </message>
  <message>
   <source>Encoder</source>
   <translation>인코더</translation>
  </message>
  <message>
   <source>Fast NMS</source>
   <translation>Fast NMS</translation>
  </message>
  <message>
   <source>From below</source>
   <translation>아래 단계에서 온 것</translation>
  </message>
  <message>
   <source>From the encoder</source>
   <translation>인코더에서 온 것</translation>
  </message>
  <message>
   <source>Heat maps</source>
   <translation>히트맵</translation>
  </message>
  <message>
   <source>Information blocking</source>
   <translation>정보 차단</translation>
  </message>
  <message>
   <source>Joints</source>
   <translation>관절</translation>
  </message>
  <message>
   <source>Keypoint heat maps</source>
   <translation>키포인트 히트맵</translation>
  </message>
  <message>
   <source>Landmarks</source>
   <translation>랜드마크</translation>
  </message>
  <message>
   <source>Levels</source>
   <translation>단계별 특징</translation>
  </message>
  <message>
   <source>Maps</source>
   <translation>맵</translation>
  </message>
  <message>
   <source>Mask logits</source>
   <translation>마스크 로짓</translation>
  </message>
  <message>
   <source>Mask scores</source>
   <translation>마스크 점수</translation>
  </message>
  <message>
   <source>Object context</source>
   <translation>객체 문맥</translation>
  </message>
  <message>
   <source>Object regions</source>
   <translation>객체 영역</translation>
  </message>
  <message>
   <source>Output {name}</source>
   <translation>출력 {name}</translation>
  </message>
  <message>
   <source>Pairs</source>
   <translation>쌍</translation>
  </message>
  <message>
   <source>People</source>
   <translation>사람</translation>
  </message>
  <message>
   <source>Person {n}</source>
   <translation>사람 {n}</translation>
  </message>
  <message>
   <source>Pooling indices</source>
   <translation>풀링 인덱스</translation>
  </message>
  <message>
   <source>Probabilities</source>
   <translation>확률</translation>
  </message>
  <message>
   <source>Proposals</source>
   <translation>제안 영역</translation>
  </message>
  <message>
   <source>Prototypes</source>
   <translation>프로토타입</translation>
  </message>
  <message>
   <source>Pyramid</source>
   <translation>피라미드</translation>
  </message>
  <message>
   <source>Queries</source>
   <translation>쿼리</translation>
  </message>
  <message>
   <source>Regression against heat maps</source>
   <translation>회귀와 히트맵 비교</translation>
  </message>
  <message>
   <source>RoIAlign and RoIPool</source>
   <translation>RoIAlign과 RoIPool</translation>
  </message>
  <message>
   <source>RoIAlign crops</source>
   <translation>RoIAlign으로 잘라낸 것</translation>
  </message>
  <message>
   <source>Saliency</source>
   <translation>돌출도</translation>
  </message>
  <message>
   <source>Scores at stride {n}</source>
   <translation>스트라이드 {n}의 점수</translation>
  </message>
  <message>
   <source>Scores</source>
   <translation>점수 목록</translation>
  </message>
  <message>
   <source>Side outputs</source>
   <translation>중간 출력</translation>
  </message>
  <message>
   <source>Skip connections</source>
   <translation>스킵 연결</translation>
  </message>
  <message>
   <source>Soft scores</source>
   <translation>소프트 점수</translation>
  </message>
  <message>
   <source>Spatial squeeze</source>
   <translation>공간 스퀴즈</translation>
  </message>
  <message>
   <source>Stack {n}</source>
   <translation>스택 {n}</translation>
  </message>
  <message>
   <source>Stages</source>
   <translation>단계</translation>
  </message>
  <message>
   <source>Streams</source>
   <translation>스트림</translation>
  </message>
  <message>
   <source>Sums before cropping</source>
   <translation>잘라내기 전의 합</translation>
  </message>
  <message>
   <source>The heat of person 1, read</source>
   <translation>사람 1의 히트맵 판독</translation>
  </message>
  <message>
   <source>Top-left corners</source>
   <translation>왼쪽 위 모서리</translation>
  </message>
  <message>
   <source>Traditional NMS</source>
   <translation>기존 NMS</translation>
  </message>
  <message>
   <source>Uncertainty</source>
   <translation>불확실도</translation>
  </message>
  <message>
   <source>Unknown</source>
   <translation>미지 클래스</translation>
  </message>
  <message>
   <source>Unpooled</source>
   <translation>언풀링 결과</translation>
  </message>
  <message>
   <source>What the skips add</source>
   <translation>스킵 연결이 더하는 값</translation>
  </message>
  <message>
   <source>Score threshold</source>
   <translation>점수 임계값</translation>
  </message>
  <message>
   <source>Hide predictions that the model is less sure of. Nothing runs again.</source>
   <translation>모델의 확신이 이보다 낮은 예측을 숨깁니다. 모델을 다시 실행하지는 않습니다.</translation>
  </message>
  <message>
   <source>Opacity of masks</source>
   <translation>마스크 불투명도</translation>
  </message>
  <message>
   <source>File</source>
   <translation>파일</translation>
  </message>
  <message>
   <source>Edit</source>
   <translation>편집</translation>
  </message>
  <message>
   <source>Tool</source>
   <translation>도구</translation>
  </message>
  <message>
   <source>Object</source>
   <translation>객체</translation>
  </message>
  <message>
   <source>Review</source>
   <translation>검토</translation>
  </message>
  <message>
   <source>Go</source>
   <translation>이동</translation>
  </message>
  <message>
   <source>View</source>
   <translation>보기</translation>
  </message>
  <message>
   <source>Help</source>
   <translation>도움말</translation>
  </message>
  <message>
   <source>Open Files…</source>
   <translation>파일 열기…</translation>
  </message>
  <message>
   <source>Open Folder…</source>
   <translation>폴더 열기…</translation>
  </message>
  <message>
   <source>Open Project…</source>
   <translation>프로젝트 열기…</translation>
  </message>
  <message>
   <source>Open Sample Photos</source>
   <translation>샘플 사진 열기</translation>
  </message>
  <message>
   <source>Import Annotations…</source>
   <translation>어노테이션 가져오기…</translation>
  </message>
  <message>
   <source>Export…</source>
   <translation>내보내기…</translation>
  </message>
  <message>
   <source>Export Frames…</source>
   <translation>프레임 내보내기…</translation>
  </message>
  <message>
   <source>Save a Copy…</source>
   <translation>사본 저장…</translation>
  </message>
  <message>
   <source>Close Project</source>
   <translation>프로젝트 닫기</translation>
  </message>
  <message>
   <source>Quit</source>
   <translation>종료</translation>
  </message>
  <message>
   <source>Copy</source>
   <translation>복사</translation>
  </message>
  <message>
   <source>Paste</source>
   <translation>붙여넣기</translation>
  </message>
  <message>
   <source>Duplicate</source>
   <translation>복제</translation>
  </message>
  <message>
   <source>Delete</source>
   <translation>삭제</translation>
  </message>
  <message>
   <source>Select All</source>
   <translation>모두 선택</translation>
  </message>
  <message>
   <source>Select None</source>
   <translation>선택 해제</translation>
  </message>
  <message>
   <source>Invert the Selection</source>
   <translation>선택 반전</translation>
  </message>
  <message>
   <source>Select the Same Class</source>
   <translation>같은 클래스 선택</translation>
  </message>
  <message>
   <source>Select by Class…</source>
   <translation>클래스로 선택…</translation>
  </message>
  <message>
   <source>Select by Score…</source>
   <translation>점수로 선택…</translation>
  </message>
  <message>
   <source>Choose Class 1</source>
   <translation>클래스 1 선택</translation>
  </message>
  <message>
   <source>Choose Class 2</source>
   <translation>클래스 2 선택</translation>
  </message>
  <message>
   <source>Choose Class 3</source>
   <translation>클래스 3 선택</translation>
  </message>
  <message>
   <source>Choose Class 4</source>
   <translation>클래스 4 선택</translation>
  </message>
  <message>
   <source>Choose Class 5</source>
   <translation>클래스 5 선택</translation>
  </message>
  <message>
   <source>Choose Class 6</source>
   <translation>클래스 6 선택</translation>
  </message>
  <message>
   <source>Choose Class 7</source>
   <translation>클래스 7 선택</translation>
  </message>
  <message>
   <source>Choose Class 8</source>
   <translation>클래스 8 선택</translation>
  </message>
  <message>
   <source>Choose Class 9</source>
   <translation>클래스 9 선택</translation>
  </message>
  <message>
   <source>Brush</source>
   <translation>브러시</translation>
  </message>
  <message>
   <source>Eraser</source>
   <translation>지우개</translation>
  </message>
  <message>
   <source>Border Brush</source>
   <translation>경계 브러시</translation>
  </message>
  <message>
   <source>Polygon</source>
   <translation>폴리곤</translation>
  </message>
  <message>
   <source>Cut</source>
   <translation>자르기</translation>
  </message>
  <message>
   <source>Cut Out</source>
   <translation>오려내기</translation>
  </message>
  <message>
   <source>Magic Wand</source>
   <translation>마술봉</translation>
  </message>
  <message>
   <source>DensePose Point</source>
   <translation>DensePose 점</translation>
  </message>
  <message>
   <source>DensePose Parts</source>
   <translation>DensePose 부위</translation>
  </message>
  <message>
   <source>Next Object</source>
   <translation>다음 객체</translation>
  </message>
  <message>
   <source>Previous Object</source>
   <translation>이전 객체</translation>
  </message>
  <message>
   <source>Change Class…</source>
   <translation>클래스 변경…</translation>
  </message>
  <message>
   <source>Accept Prediction</source>
   <translation>예측 승인</translation>
  </message>
  <message>
   <source>Reject Prediction</source>
   <translation>예측 거부</translation>
  </message>
  <message>
   <source>Accept All Shown</source>
   <translation>표시된 것 모두 승인</translation>
  </message>
  <message>
   <source>Hide or Show Selected</source>
   <translation>선택 객체 숨기기/표시</translation>
  </message>
  <message>
   <source>Show All Objects</source>
   <translation>모든 객체 표시</translation>
  </message>
  <message>
   <source>Show the Selected Only</source>
   <translation>선택 객체만 표시</translation>
  </message>
  <message>
   <source>Lock Selected</source>
   <translation>선택 객체 잠금</translation>
  </message>
  <message>
   <source>Unlock All Objects</source>
   <translation>모든 객체 잠금 해제</translation>
  </message>
  <message>
   <source>Union</source>
   <translation>합집합</translation>
  </message>
  <message>
   <source>Subtract from the Lowest</source>
   <translation>맨 아래 객체에서 빼기</translation>
  </message>
  <message>
   <source>Intersect</source>
   <translation>교집합</translation>
  </message>
  <message>
   <source>Exclude the Overlap</source>
   <translation>겹친 부분 제외</translation>
  </message>
  <message>
   <source>Merge as Parts</source>
   <translation>여러 조각으로 병합</translation>
  </message>
  <message>
   <source>Split into Pieces</source>
   <translation>조각별로 나누기</translation>
  </message>
  <message>
   <source>Convert to Polygon</source>
   <translation>폴리곤으로 변환</translation>
  </message>
  <message>
   <source>Convert to Mask</source>
   <translation>마스크로 변환</translation>
  </message>
  <message>
   <source>Simplify…</source>
   <translation>단순화…</translation>
  </message>
  <message>
   <source>Fill Holes…</source>
   <translation>구멍 채우기…</translation>
  </message>
  <message>
   <source>Remove Small Parts…</source>
   <translation>작은 조각 제거…</translation>
  </message>
  <message>
   <source>Keep the Largest Part</source>
   <translation>가장 큰 조각만 남기기</translation>
  </message>
  <message>
   <source>Grow…</source>
   <translation>키우기…</translation>
  </message>
  <message>
   <source>Shrink…</source>
   <translation>줄이기…</translation>
  </message>
  <message>
   <source>Smooth…</source>
   <translation>다듬기…</translation>
  </message>
  <message>
   <source>Snap to Edges…</source>
   <translation>에지에 맞추기…</translation>
  </message>
  <message>
   <source>Bring to Front</source>
   <translation>맨 앞으로</translation>
  </message>
  <message>
   <source>Bring Forward</source>
   <translation>앞으로</translation>
  </message>
  <message>
   <source>Send Backward</source>
   <translation>뒤로</translation>
  </message>
  <message>
   <source>Send to Back</source>
   <translation>맨 뒤로</translation>
  </message>
  <message>
   <source>Swap Left and Right</source>
   <translation>좌우 바꾸기</translation>
  </message>
  <message>
   <source>Mirror Pose</source>
   <translation>포즈 좌우 반전</translation>
  </message>
  <message>
   <source>Make All Keypoints Visible</source>
   <translation>모든 키포인트 보이게 하기</translation>
  </message>
  <message>
   <source>Remove Keypoints</source>
   <translation>키포인트 제거</translation>
  </message>
  <message>
   <source>Swap DensePose Left and Right</source>
   <translation>DensePose 좌우 바꾸기</translation>
  </message>
  <message>
   <source>Fill Gap With the Current Class</source>
   <translation>빈 영역을 현재 클래스로 채우기</translation>
  </message>
  <message>
   <source>Fill Gap by the Longest Border</source>
   <translation>빈 영역을 가장 길게 맞닿은 세그먼트로 채우기</translation>
  </message>
  <message>
   <source>Fill Gap by the Nearest Segments</source>
   <translation>빈 영역을 가장 가까운 세그먼트로 채우기</translation>
  </message>
  <message>
   <source>Fill All Gaps by the Nearest Segments</source>
   <translation>모든 빈 영역을 가장 가까운 세그먼트로 채우기</translation>
  </message>
  <message>
   <source>Resolve Overlaps</source>
   <translation>겹침 해결</translation>
  </message>
  <message>
   <source>New Class</source>
   <translation>새 클래스</translation>
  </message>
  <message>
   <source>Rename Class</source>
   <translation>클래스 이름 바꾸기</translation>
  </message>
  <message>
   <source>Colour…</source>
   <translation>색…</translation>
  </message>
  <message>
   <source>Supercategory…</source>
   <translation>상위 카테고리…</translation>
  </message>
  <message>
   <source>Countable Things</source>
   <translation>셀 수 있는 사물</translation>
  </message>
  <message>
   <source>Attributes…</source>
   <translation>속성…</translation>
  </message>
  <message>
   <source>Skeleton…</source>
   <translation>스켈레톤…</translation>
  </message>
  <message>
   <source>Move Class Up</source>
   <translation>클래스 위로</translation>
  </message>
  <message>
   <source>Move Class Down</source>
   <translation>클래스 아래로</translation>
  </message>
  <message>
   <source>Select Its Objects</source>
   <translation>이 클래스의 객체 선택</translation>
  </message>
  <message>
   <source>Merge Into…</source>
   <translation>병합…</translation>
  </message>
  <message>
   <source>Delete Class…</source>
   <translation>클래스 삭제…</translation>
  </message>
  <message>
   <source>Next That Needs a Look</source>
   <translation>다음 확인할 항목</translation>
  </message>
  <message>
   <source>Mark Object Done</source>
   <translation>객체를 완료로 표시</translation>
  </message>
  <message>
   <source>Mark Object Corrected</source>
   <translation>객체를 수정됨으로 표시</translation>
  </message>
  <message>
   <source>Flag Object</source>
   <translation>객체를 재확인으로 표시</translation>
  </message>
  <message>
   <source>Mark Object To Do</source>
   <translation>객체를 할 일로 표시</translation>
  </message>
  <message>
   <source>Comment…</source>
   <translation>메모…</translation>
  </message>
  <message>
   <source>Accept Above a Score…</source>
   <translation>일정 점수 이상 승인…</translation>
  </message>
  <message>
   <source>Flip Before and After</source>
   <translation>수정 전후 바꿔 보기</translation>
  </message>
  <message>
   <source>Versions of This Picture</source>
   <translation>이 이미지의 버전</translation>
  </message>
  <message>
   <source>Next Picture</source>
   <translation>다음 이미지</translation>
  </message>
  <message>
   <source>Previous Picture</source>
   <translation>이전 이미지</translation>
  </message>
  <message>
   <source>Next Picture to Do</source>
   <translation>다음 할 일 이미지</translation>
  </message>
  <message>
   <source>First Picture</source>
   <translation>첫 이미지</translation>
  </message>
  <message>
   <source>Last Picture</source>
   <translation>마지막 이미지</translation>
  </message>
  <message>
   <source>Next Frame</source>
   <translation>다음 프레임</translation>
  </message>
  <message>
   <source>Previous Frame</source>
   <translation>이전 프레임</translation>
  </message>
  <message>
   <source>10 Frames Forward</source>
   <translation>10프레임 앞으로</translation>
  </message>
  <message>
   <source>10 Frames Back</source>
   <translation>10프레임 뒤로</translation>
  </message>
  <message>
   <source>Mark Done and Go On</source>
   <translation>완료로 표시하고 다음으로</translation>
  </message>
  <message>
   <source>Flag for Another Look</source>
   <translation>재확인으로 표시</translation>
  </message>
  <message>
   <source>Mark To Do</source>
   <translation>할 일로 표시</translation>
  </message>
  <message>
   <source>Next Gap, Largest First</source>
   <translation>다음 빈 영역(큰 것부터)</translation>
  </message>
  <message>
   <source>Previous Gap</source>
   <translation>이전 빈 영역</translation>
  </message>
  <message>
   <source>Fit Picture</source>
   <translation>이미지를 창에 맞춤</translation>
  </message>
  <message>
   <source>Zoom In</source>
   <translation>확대</translation>
  </message>
  <message>
   <source>Zoom Out</source>
   <translation>축소</translation>
  </message>
  <message>
   <source>Show Overlays</source>
   <translation>오버레이 표시</translation>
  </message>
  <message>
   <source>Labels and Scores</source>
   <translation>라벨과 점수</translation>
  </message>
  <message>
   <source>DensePose</source>
   <translation>DensePose</translation>
  </message>
  <message>
   <source>Rejected Predictions</source>
   <translation>거부한 예측</translation>
  </message>
  <message>
   <source>Mode: Instances</source>
   <translation>모드: 인스턴스</translation>
  </message>
  <message>
   <source>Mode: Panoptic</source>
   <translation>모드: 파놉틱</translation>
  </message>
  <message>
   <source>Mode: DensePose</source>
   <translation>모드: DensePose</translation>
  </message>
  <message>
   <source>Colour by Class</source>
   <translation>클래스별 색</translation>
  </message>
  <message>
   <source>Colour by Object</source>
   <translation>객체별 색</translation>
  </message>
  <message>
   <source>Colour by Track</source>
   <translation>트랙별 색</translation>
  </message>
  <message>
   <source>Pointer by Keys</source>
   <translation>키보드 포인터</translation>
  </message>
  <message>
   <source>Show the Picture as It Is</source>
   <translation>이미지 원본 그대로 보기</translation>
  </message>
  <message>
   <source>Theme: Follow the System</source>
   <translation>테마: 시스템 설정</translation>
  </message>
  <message>
   <source>Theme: Light</source>
   <translation>테마: 밝게</translation>
  </message>
  <message>
   <source>Theme: Dark</source>
   <translation>테마: 어둡게</translation>
  </message>
  <message>
   <source>Language: Follow the System</source>
   <translation>언어: 시스템 설정</translation>
  </message>
  <message>
   <source>Language: English</source>
   <translation>언어: English (영어)</translation>
  </message>
  <message>
   <source>Language: 한국어 (Korean)</source>
   <translation>언어: 한국어</translation>
  </message>
  <message>
   <source>Full Screen</source>
   <translation>전체 화면</translation>
  </message>
  <message>
   <source>Reset the Layout</source>
   <translation>레이아웃 초기화</translation>
  </message>
  <message>
   <source>Predict This Picture</source>
   <translation>이 이미지 예측</translation>
  </message>
  <message>
   <source>Predict All Pictures</source>
   <translation>모든 이미지 예측</translation>
  </message>
  <message>
   <source>Pose in the Selected Boxes</source>
   <translation>선택한 박스에서 포즈 찾기</translation>
  </message>
  <message>
   <source>Mask in the Selected Boxes</source>
   <translation>선택한 박스에서 마스크 찾기</translation>
  </message>
  <message>
   <source>Pause or Go On</source>
   <translation>일시 정지/계속</translation>
  </message>
  <message>
   <source>Cancel the Run</source>
   <translation>실행 중단</translation>
  </message>
  <message>
   <source>Discard the Last Run</source>
   <translation>마지막 실행 폐기</translation>
  </message>
  <message>
   <source>Next View of the Inside</source>
   <translation>다음 내부 뷰</translation>
  </message>
  <message>
   <source>Previous View of the Inside</source>
   <translation>이전 내부 뷰</translation>
  </message>
  <message>
   <source>Hide the View of the Inside</source>
   <translation>내부 뷰 숨기기</translation>
  </message>
  <message>
   <source>Run on the Best Device</source>
   <translation>가장 좋은 장치에서 실행</translation>
  </message>
  <message>
   <source>Run on the CPU</source>
   <translation>CPU에서 실행</translation>
  </message>
  <message>
   <source>Fetch the Starter Pack</source>
   <translation>스타터 팩 내려받기</translation>
  </message>
  <message>
   <source>Command Palette…</source>
   <translation>명령 팔레트…</translation>
  </message>
  <message>
   <source>Keyboard Shortcuts</source>
   <translation>키보드 단축키</translation>
  </message>
  <message>
   <source>Edit Keyboard Shortcuts…</source>
   <translation>단축키 편집…</translation>
  </message>
  <message>
   <source>Welcome Page</source>
   <translation>시작 페이지</translation>
  </message>
  <message>
   <source>About segstudio</source>
   <translation>segstudio 정보</translation>
  </message>
  <message>
   <source>By</source>
   <translation>정도</translation>
  </message>
  <message>
   <source>Radius</source>
   <translation>반지름</translation>
  </message>
  <message>
   <source>Lay a Pose</source>
   <translation>포즈 놓기</translation>
  </message>
  <message>
   <source>Finish</source>
   <translation>마침</translation>
  </message>
  <message>
   <source>Next</source>
   <translation>다음</translation>
  </message>
  <message>
   <source>From Selection</source>
   <translation>선택에서 시작</translation>
  </message>
  <message>
   <source>Part It</source>
   <translation>나누기</translation>
  </message>
  <message>
   <source>Take the Place</source>
   <translation>이 위치 받기</translation>
  </message>
  <message>
   <source>Delete the Point</source>
   <translation>점 삭제</translation>
  </message>
  <message>
   <source>Torso</source>
   <translation>몸통</translation>
  </message>
  <message>
   <source>Right hand</source>
   <translation>오른손</translation>
  </message>
  <message>
   <source>Left hand</source>
   <translation>왼손</translation>
  </message>
  <message>
   <source>Left foot</source>
   <translation>왼발</translation>
  </message>
  <message>
   <source>Right foot</source>
   <translation>오른발</translation>
  </message>
  <message>
   <source>Right upper leg</source>
   <translation>오른쪽 허벅지</translation>
  </message>
  <message>
   <source>Left upper leg</source>
   <translation>왼쪽 허벅지</translation>
  </message>
  <message>
   <source>Right lower leg</source>
   <translation>오른쪽 종아리</translation>
  </message>
  <message>
   <source>Left lower leg</source>
   <translation>왼쪽 종아리</translation>
  </message>
  <message>
   <source>Left upper arm</source>
   <translation>왼쪽 위팔</translation>
  </message>
  <message>
   <source>Right upper arm</source>
   <translation>오른쪽 위팔</translation>
  </message>
  <message>
   <source>Left lower arm</source>
   <translation>왼쪽 아래팔</translation>
  </message>
  <message>
   <source>Right lower arm</source>
   <translation>오른쪽 아래팔</translation>
  </message>
  <message>
   <source>Head</source>
   <translation>머리</translation>
  </message>
  <message>
   <source>Fill What Is Left</source>
   <translation>남은 곳 채우기</translation>
  </message>
  <message>
   <source>Torso, back</source>
   <translation>몸통, 뒤</translation>
  </message>
  <message>
   <source>Torso, front</source>
   <translation>몸통, 앞</translation>
  </message>
  <message>
   <source>Right upper leg, back</source>
   <translation>오른쪽 허벅지, 뒤</translation>
  </message>
  <message>
   <source>Left upper leg, back</source>
   <translation>왼쪽 허벅지, 뒤</translation>
  </message>
  <message>
   <source>Right upper leg, front</source>
   <translation>오른쪽 허벅지, 앞</translation>
  </message>
  <message>
   <source>Left upper leg, front</source>
   <translation>왼쪽 허벅지, 앞</translation>
  </message>
  <message>
   <source>Right lower leg, back</source>
   <translation>오른쪽 종아리, 뒤</translation>
  </message>
  <message>
   <source>Left lower leg, back</source>
   <translation>왼쪽 종아리, 뒤</translation>
  </message>
  <message>
   <source>Right lower leg, front</source>
   <translation>오른쪽 종아리, 앞</translation>
  </message>
  <message>
   <source>Left lower leg, front</source>
   <translation>왼쪽 종아리, 앞</translation>
  </message>
  <message>
   <source>Left upper arm, front</source>
   <translation>왼쪽 위팔, 앞</translation>
  </message>
  <message>
   <source>Right upper arm, front</source>
   <translation>오른쪽 위팔, 앞</translation>
  </message>
  <message>
   <source>Left upper arm, back</source>
   <translation>왼쪽 위팔, 뒤</translation>
  </message>
  <message>
   <source>Right upper arm, back</source>
   <translation>오른쪽 위팔, 뒤</translation>
  </message>
  <message>
   <source>Left lower arm, front</source>
   <translation>왼쪽 아래팔, 앞</translation>
  </message>
  <message>
   <source>Right lower arm, front</source>
   <translation>오른쪽 아래팔, 앞</translation>
  </message>
  <message>
   <source>Left lower arm, back</source>
   <translation>왼쪽 아래팔, 뒤</translation>
  </message>
  <message>
   <source>Right lower arm, back</source>
   <translation>오른쪽 아래팔, 뒤</translation>
  </message>
  <message>
   <source>Head, right half</source>
   <translation>머리, 오른쪽 절반</translation>
  </message>
  <message>
   <source>Head, left half</source>
   <translation>머리, 왼쪽 절반</translation>
  </message>
  <message>
   <source>Person, 17 points (COCO)</source>
   <translation>사람, 17점 (COCO)</translation>
  </message>
  <message>
   <source>the eyes</source>
   <translation>두 눈</translation>
  </message>
  <message>
   <source>the ankles</source>
   <translation>발목</translation>
  </message>
  <message>
   <source>the right shoulder</source>
   <translation>오른쪽 어깨</translation>
  </message>
  <message>
   <source>the left shoulder</source>
   <translation>왼쪽 어깨</translation>
  </message>
  <message>
   <source>Person, 133 points (COCO-WholeBody)</source>
   <translation>사람, 133점 (COCO-WholeBody)</translation>
  </message>
  <message>
   <source>Person, 16 points (MPII)</source>
   <translation>사람, 16점 (MPII)</translation>
  </message>
  <message>
   <source>the top of the head</source>
   <translation>정수리</translation>
  </message>
  <message>
   <source>Hand, 21 points</source>
   <translation>손, 21점</translation>
  </message>
  <message>
   <source>the wrist</source>
   <translation>손목</translation>
  </message>
  <message>
   <source>the tip of the middle finger</source>
   <translation>가운뎃손가락 끝</translation>
  </message>
  <message>
   <source>the knuckle of the forefinger</source>
   <translation>집게손가락 관절</translation>
  </message>
  <message>
   <source>the knuckle of the little finger</source>
   <translation>새끼손가락 관절</translation>
  </message>
  <message>
   <source>Face, 5 points</source>
   <translation>얼굴, 5점</translation>
  </message>
  <message>
   <source>between the eyes</source>
   <translation>두 눈 사이</translation>
  </message>
  <message>
   <source>the mouth</source>
   <translation>입</translation>
  </message>
  <message>
   <source>the left eye in the picture</source>
   <translation>이미지에서 왼쪽 눈</translation>
  </message>
  <message>
   <source>the right eye in the picture</source>
   <translation>이미지에서 오른쪽 눈</translation>
  </message>
  <message>
   <source>Face, 68 points (300-W)</source>
   <translation>얼굴, 68점 (300-W)</translation>
  </message>
  <message>
   <source>between the brows</source>
   <translation>미간</translation>
  </message>
  <message>
   <source>the chin</source>
   <translation>턱 끝</translation>
  </message>
  <message>
   <source>the right eye</source>
   <translation>오른쪽 눈</translation>
  </message>
  <message>
   <source>the left eye</source>
   <translation>왼쪽 눈</translation>
  </message>
  <message>
   <source>Face, 98 points (WFLW)</source>
   <translation>얼굴, 98점 (WFLW)</translation>
  </message>
  <message>
   <source>Face, 106 points (LaPa)</source>
   <translation>얼굴, 106점 (LaPa)</translation>
  </message>
  <message>
   <source>Animal, 17 points (AP-10K)</source>
   <translation>동물, 17점 (AP-10K)</translation>
  </message>
  <message>
   <source>the nose</source>
   <translation>코</translation>
  </message>
  <message>
   <source>the root of the tail</source>
   <translation>꼬리 시작점</translation>
  </message>
  <message>
   <source>the neck</source>
   <translation>목</translation>
  </message>
  <message>
   <source>between the front paws</source>
   <translation>앞발 사이</translation>
  </message>
  <message>
   <source>Four-legged animal, 20 points (Animal-Pose)</source>
   <translation>네발 동물, 20점 (Animal-Pose)</translation>
  </message>
  <message>
   <source>the tail base</source>
   <translation>꼬리 밑동</translation>
  </message>
  <message>
   <source>the withers</source>
   <translation>어깨마루</translation>
  </message>
  <message>
   <source>COCO instances and keypoints</source>
   <translation>COCO 인스턴스와 키포인트</translation>
  </message>
  <message>
   <source>COCO panoptic, JSON and PNG</source>
   <translation>COCO 파놉틱, JSON과 PNG</translation>
  </message>
  <message>
   <source>COCO results</source>
   <translation>COCO 예측 결과</translation>
  </message>
  <message>
   <source>DensePose IUV pictures</source>
   <translation>DensePose IUV 이미지</translation>
  </message>
  <message>
   <source>Finds 80 kinds of everyday objects and draws a box around each; quick on any computer.</source>
   <translation>일상 사물 80종을 찾아 박스를 그립니다. 어떤 컴퓨터에서든 빠릅니다.</translation>
  </message>
  <message>
   <source>Finds faces and five points on each: the eyes, the nose and the corners of the mouth.</source>
   <translation>얼굴과 얼굴마다 점 다섯 개(두 눈, 코, 양 입꼬리)를 찾습니다.</translation>
  </message>
  <message>
   <source>Finds 80 kinds of everyday objects and cuts each out; drag a box around anything to get its mask.</source>
   <translation>일상 사물 80종을 찾아 오려냅니다. 박스로 감싸면 그 안의 마스크를 얻습니다.</translation>
  </message>
  <message>
   <source>Names what a whole picture shows, out of 1,000 kinds of animals, things and scenes.</source>
   <translation>이미지 전체가 무엇인지 동물, 사물, 장면 1,000종 가운데에서 알려 줍니다.</translation>
  </message>
  <message>
   <source>Finds people and 17 points on each: eyes, shoulders, elbows, hips, knees and so on; quick on any computer.</source>
   <translation>사람과 사람마다 점 17개(눈, 어깨, 팔꿈치, 엉덩이, 무릎 등)를 찾습니다. 어떤 컴퓨터에서든 빠릅니다.</translation>
  </message>
  <message>
   <source>Finds 80 kinds of everyday objects and cuts each out; the best masks in this list.</source>
   <translation>일상 사물 80종을 찾아 오려냅니다. 이 목록에서 마스크가 가장 좋습니다.</translation>
  </message>
  <message>
   <source>Finds 80 kinds of everyday objects as peaks of a heat map of their centres; the best balance of its family.</source>
   <translation>일상 사물 80종을 중심점 히트맵의 극대점으로 찾습니다. 같은 계열에서 속도와 정확도의 균형이 가장 좋습니다.</translation>
  </message>
  <message>
   <source>Finds 80 kinds of everyday objects as peaks of a heat map of their centres; large and slow.</source>
   <translation>일상 사물 80종을 중심점 히트맵의 극대점으로 찾습니다. 크고 느립니다.</translation>
  </message>
  <message>
   <source>Finds 80 kinds of everyday objects as peaks of a heat map of their centres; without deformable convolutions, to be trained.</source>
   <translation>일상 사물 80종을 중심점 히트맵의 극대점으로 찾습니다. 변형 가능 합성곱이 없으며 학습해서 씁니다.</translation>
  </message>
  <message>
   <source>Finds 80 kinds of everyday objects as peaks of a heat map of their centres; between the quick and the exact one.</source>
   <translation>일상 사물 80종을 중심점 히트맵의 극대점으로 찾습니다. 빠른 모델과 정확한 모델의 중간입니다.</translation>
  </message>
  <message>
   <source>Finds 80 kinds of everyday objects as peaks of a heat map of their centres; quick on a small computer.</source>
   <translation>일상 사물 80종을 중심점 히트맵의 극대점으로 찾습니다. 작은 컴퓨터에서도 빠릅니다.</translation>
  </message>
  <message>
   <source>Finds 80 kinds of everyday objects as pairs of box corners that belong together; large and slow.</source>
   <translation>일상 사물 80종을 서로 짝을 이루는 박스 모서리 쌍으로 찾습니다. 크고 느립니다.</translation>
  </message>
  <message>
   <source>Finds 80 kinds of everyday objects with a box around each; trained three times as long.</source>
   <translation>일상 사물 80종을 찾아 하나하나 박스로 두릅니다. 세 배 오래 학습했습니다.</translation>
  </message>
  <message>
   <source>Finds 80 kinds of everyday objects and draws an exact box around each.</source>
   <translation>일상 사물 80종을 찾아 정확한 박스를 그립니다.</translation>
  </message>
  <message>
   <source>Finds 80 kinds of everyday objects with fewer misses than version 1, at twice the time.</source>
   <translation>일상 사물 80종을 찾습니다. 버전 1보다 덜 놓치고 시간은 두 배입니다.</translation>
  </message>
  <message>
   <source>Finds 80 kinds of everyday objects with a quarter of a million weights; small ones are often missed.</source>
   <translation>가중치 25만 개로 일상 사물 80종을 찾습니다. 작은 것은 자주 놓칩니다.</translation>
  </message>
  <message>
   <source>Finds 80 kinds of everyday objects in one pass; small ones are often missed.</source>
   <translation>일상 사물 80종을 한 번에 찾습니다. 작은 것은 자주 놓칩니다.</translation>
  </message>
  <message>
   <source>Finds 80 kinds of everyday objects in one pass, quick on any computer; small ones are often missed.</source>
   <translation>일상 사물 80종을 한 번에 찾습니다. 어떤 컴퓨터에서든 빠르지만 작은 것은 자주 놓칩니다.</translation>
  </message>
  <message>
   <source>Finds the boxes of faces in a picture scaled down to 320 x 240; small ones are missed.</source>
   <translation>320 x 240으로 줄인 이미지에서 얼굴 박스를 찾습니다. 작은 얼굴은 놓칩니다.</translation>
  </message>
  <message>
   <source>Finds people and says of every pixel of them where on the body it lies; with a deeper head.</source>
   <translation>사람을 찾고 픽셀마다 몸의 어디인지 알려 줍니다. 헤드가 더 깊습니다.</translation>
  </message>
  <message>
   <source>Finds people and says of every pixel of them where on the body it lies, with coarse parts; the first version.</source>
   <translation>사람을 찾고 픽셀마다 몸의 어디인지 거친 부위와 함께 알려 줍니다. 첫 버전입니다.</translation>
  </message>
  <message>
   <source>Finds people and says of every pixel of them where on the body it lies.</source>
   <translation>사람을 찾고 픽셀마다 몸의 어디인지 알려 줍니다.</translation>
  </message>
  <message>
   <source>Finds people, says of every pixel of them where on the body it lies, and how sure that is.</source>
   <translation>사람을 찾고 픽셀마다 몸의 어디인지, 얼마나 확실한지 알려 줍니다.</translation>
  </message>
  <message>
   <source>Finds faces, down to small ones, and five points on each; quick on any computer.</source>
   <translation>작은 얼굴까지 찾고 얼굴마다 점 다섯 개를 찾습니다. 어떤 컴퓨터에서든 빠릅니다.</translation>
  </message>
  <message>
   <source>Finds faces and five points on each; the first checkpoint of the small network, with larger anchors.</source>
   <translation>얼굴과 얼굴마다 점 다섯 개를 찾습니다. 작은 네트워크의 첫 체크포인트로, 앵커가 더 큽니다.</translation>
  </message>
  <message>
   <source>Finds faces and five points on each, by a large network.</source>
   <translation>큰 네트워크로 얼굴과 얼굴마다 점 다섯 개를 찾습니다.</translation>
  </message>
  <message>
   <source>Finds faces and five points on each, with 0.36 million weights.</source>
   <translation>가중치 36만 개로 얼굴과 얼굴마다 점 다섯 개를 찾습니다.</translation>
  </message>
  <message>
   <source>Finds faces and five points on each, with 0.34 million weights.</source>
   <translation>가중치 34만 개로 얼굴과 얼굴마다 점 다섯 개를 찾습니다.</translation>
  </message>
  <message>
   <source>Finds faces and five points on each, by a very small network.</source>
   <translation>아주 작은 네트워크로 얼굴과 얼굴마다 점 다섯 개를 찾습니다.</translation>
  </message>
  <message>
   <source>Finds faces and five points on each, by an even smaller network.</source>
   <translation>그보다 더 작은 네트워크로 얼굴과 얼굴마다 점 다섯 개를 찾습니다.</translation>
  </message>
  <message>
   <source>Finds 80 kinds of everyday objects and cuts each out with a mask; trained three times as long.</source>
   <translation>일상 사물 80종을 찾아 마스크로 오려냅니다. 세 배 오래 학습했습니다.</translation>
  </message>
  <message>
   <source>Finds 80 kinds of everyday objects and cuts each out with a mask.</source>
   <translation>일상 사물 80종을 찾아 마스크로 오려냅니다.</translation>
  </message>
  <message>
   <source>Finds and cuts out 80 kinds of everyday objects in one pass; slower and better than with R50.</source>
   <translation>일상 사물 80종을 한 번에 찾아 오려내며, R50보다 느리지만 더 정확합니다.</translation>
  </message>
  <message>
   <source>Finds and cuts out 80 kinds of everyday objects in one pass, on YOLOv3's backbone.</source>
   <translation>YOLOv3의 백본으로 일상 사물 80종을 한 번에 찾아 오려냅니다.</translation>
  </message>
  <message>
   <source>Finds and cuts out 80 kinds of everyday objects in one pass, at a higher resolution.</source>
   <translation>일상 사물 80종을 더 높은 해상도에서 한 번에 찾아 오려냅니다.</translation>
  </message>
  <message>
   <source>Finds and cuts out 80 kinds of everyday objects in one pass; the best of its family.</source>
   <translation>일상 사물 80종을 한 번에 찾아 오려내며, 같은 계열에서 가장 정확합니다.</translation>
  </message>
  <message>
   <source>Finds and cuts out 80 kinds of everyday objects in one pass, with masks that fit better.</source>
   <translation>일상 사물 80종을 한 번에 찾아 더 잘 맞는 마스크로 오려냅니다.</translation>
  </message>
  <message>
   <source>Finds and cuts out 80 kinds of everyday objects in one pass, fast enough for video.</source>
   <translation>일상 사물 80종을 한 번에 찾아 오려내며, 동영상에 쓸 만큼 빠릅니다.</translation>
  </message>
  <message>
   <source>Finds and cuts out 80 kinds of everyday objects; the smallest and fastest of its family.</source>
   <translation>일상 사물 80종을 찾아 오려내며, 같은 계열에서 가장 작고 빠릅니다.</translation>
  </message>
  <message>
   <source>Finds and cuts out 80 kinds of everyday objects; trained for small machines, better and slower than with R50.</source>
   <translation>일상 사물 80종을 찾아 오려내며, 작은 기기에 맞게 학습되었고 R50보다 느리지만 더 정확합니다.</translation>
  </message>
  <message>
   <source>Finds and cuts out 80 kinds of everyday objects; trained for small machines.</source>
   <translation>일상 사물 80종을 찾아 오려내며, 작은 기기에 맞게 학습되었습니다.</translation>
  </message>
  <message>
   <source>Gives every pixel to one object of 80 kinds or to one of 53 kinds of stuff, by a fixed number of questions.</source>
   <translation>정해진 수의 쿼리로 픽셀마다 80종의 객체 하나 또는 스터프 53종 중 하나로 나눕니다.</translation>
  </message>
  <message>
   <source>Gives every pixel to one object of 80 kinds or to one of 53 kinds of stuff; one network for all three tasks.</source>
   <translation>픽셀마다 80종의 객체 하나 또는 스터프 53종 중 하나로 나눕니다. 네트워크 하나로 세 가지 작업을 모두 합니다.</translation>
  </message>
  <message>
   <source>Gives every pixel to one object of 80 kinds or to one of 53 kinds of stuff, such as sky, grass and walls.</source>
   <translation>픽셀마다 80종의 객체 하나 또는 하늘, 풀, 벽 같은 스터프 53종 중 하나로 나눕니다.</translation>
  </message>
  <message>
   <source>Gives every pixel to one object of 80 kinds, to one of 53 kinds of stuff, or to nothing that is known. Not for commercial use.</source>
   <translation>픽셀마다 80종의 객체 하나, 스터프 53종 중 하나 또는 알 수 없는 것으로 나눕니다. 상업적으로 이용할 수 없습니다.</translation>
  </message>
  <message>
   <source>Finds people as centres with 17 joints each, all people of a picture in one look; quick.</source>
   <translation>이미지의 모든 사람을 중심점과 관절 17개로 한 번에 찾습니다. 빠릅니다.</translation>
  </message>
  <message>
   <source>Finds people as centres with 17 joints each, all people of a picture in one look; large and slow.</source>
   <translation>이미지의 모든 사람을 중심점과 관절 17개로 한 번에 찾습니다. 크고 느립니다.</translation>
  </message>
  <message>
   <source>A small network with two heads that finds 17 points on a person twice, as coordinates and as heat maps, to compare both; untrained until you train it.</source>
   <translation>헤드 두 개로 사람의 점 17개를 좌표와 히트맵으로 각각 찾아 둘을 비교하는 작은 네트워크입니다. 직접 학습하기 전에는 학습되지 않은 상태입니다.</translation>
  </message>
  <message>
   <source>Finds people and 17 points on each: eyes, shoulders, elbows, hips, knees and so on.</source>
   <translation>사람과 사람마다 점 17개(눈, 어깨, 팔꿈치, 엉덩이, 무릎 등)를 찾습니다.</translation>
  </message>
  <message>
   <source>Finds the 16 points of MPII on a person; 2 hourglasses, each of which corrects the one before.</source>
   <translation>사람에서 MPII의 점 16개를 찾습니다. 모래시계 모듈 2개가 저마다 앞의 것을 바로잡습니다.</translation>
  </message>
  <message>
   <source>Finds the 16 points of MPII on a person; 8 hourglasses, each of which corrects the one before.</source>
   <translation>사람에서 MPII의 점 16개를 찾습니다. 모래시계 모듈 8개가 저마다 앞의 것을 바로잡습니다.</translation>
  </message>
  <message>
   <source>Finds 17 points on each person whose box the starter boxes find; features stay at a quarter of the crop's size all the way.</source>
   <translation>스타터 박스 모델이 찾은 사람마다 점 17개를 찾습니다. 특징은 끝까지 잘라낸 이미지의 4분의 1 크기를 유지합니다.</translation>
  </message>
  <message>
   <source>Finds 17 points on each person whose box the starter boxes find; a ResNet and three transposed convolutions.</source>
   <translation>스타터 박스 모델이 찾은 사람마다 점 17개를 찾습니다. ResNet과 전치 합성곱 세 개로 이루어집니다.</translation>
  </message>
  <message>
   <source>Cuts out what you point at or draw a box around; small enough for a computer without a graphics card.</source>
   <translation>가리키거나 박스로 감싼 것을 오려냅니다. 그래픽 카드가 없는 컴퓨터에서도 쓸 만큼 작습니다.</translation>
  </message>
  <message>
   <source>Cuts out what you point at or draw a box around; the smallest of the first Segment Anything.</source>
   <translation>가리키거나 박스로 감싼 것을 오려냅니다. 첫 Segment Anything 중 가장 작습니다.</translation>
  </message>
  <message>
   <source>Cuts out what you point at or draw a box around; the largest of the first Segment Anything.</source>
   <translation>가리키거나 박스로 감싼 것을 오려냅니다. 첫 Segment Anything 중 가장 큽니다.</translation>
  </message>
  <message>
   <source>Cuts out what you point at or draw a box around; more exact than SAM ViT-B, and slower.</source>
   <translation>가리키거나 박스로 감싼 것을 오려냅니다. SAM ViT-B보다 정확하고 느립니다.</translation>
  </message>
  <message>
   <source>Cuts out what you point at or draw a box around; between SAM 2.1 Small and Large in size.</source>
   <translation>가리키거나 박스로 감싼 것을 오려냅니다. 크기는 SAM 2.1 Small과 Large 사이입니다.</translation>
  </message>
  <message>
   <source>Cuts out what you point at or draw a box around; the largest of Segment Anything 2.</source>
   <translation>가리키거나 박스로 감싼 것을 오려냅니다. Segment Anything 2 중 가장 큽니다.</translation>
  </message>
  <message>
   <source>Cuts out what you point at or draw a box around; little larger than SAM 2.1 Tiny.</source>
   <translation>가리키거나 박스로 감싼 것을 오려냅니다. SAM 2.1 Tiny보다 조금 큽니다.</translation>
  </message>
  <message>
   <source>Cuts out what you point at or draw a box around; the smallest of Segment Anything 2.</source>
   <translation>가리키거나 박스로 감싼 것을 오려냅니다. Segment Anything 2 중 가장 작습니다.</translation>
  </message>
  <message>
   <source>Gives every pixel one of 20 kinds of objects; unpools and deconvolves a 1x1 code of the whole picture.</source>
   <translation>픽셀마다 사물 20종으로 나눕니다. 이미지 전체를 담은 1x1 코드를 언풀링과 역합성곱으로 되살립니다.</translation>
  </message>
  <message>
   <source>Gives every pixel one of 20 kinds of objects, or background; quick on any computer.</source>
   <translation>픽셀마다 사물 20종 또는 배경으로 나눕니다. 어떤 컴퓨터에서든 빠릅니다.</translation>
  </message>
  <message>
   <source>Gives every pixel one of 20 kinds of objects, or background; the most exact of the maps, and the slowest.</source>
   <translation>픽셀마다 사물 20종 또는 배경으로 나눕니다. 맵 모델 중 가장 정확하고 가장 느립니다.</translation>
  </message>
  <message>
   <source>Gives every pixel one of 20 kinds of objects, or background; sees objects at several scales.</source>
   <translation>픽셀마다 사물 20종 또는 배경으로 나눕니다. 여러 크기로 사물을 봅니다.</translation>
  </message>
  <message>
   <source>Gives every pixel of a street picture one of 11 classes; small and quick on any computer.</source>
   <translation>거리 이미지를 픽셀마다 11개 클래스로 나눕니다. 작고 어떤 컴퓨터에서든 빠릅니다.</translation>
  </message>
  <message>
   <source>Gives every pixel of a street picture one of 19 classes; small and quick on any computer.</source>
   <translation>거리 이미지를 픽셀마다 19개 클래스로 나눕니다. 작고 어떤 컴퓨터에서든 빠릅니다.</translation>
  </message>
  <message>
   <source>Gives every pixel of a street picture one of 19 classes; the smallest of the ESPNets.</source>
   <translation>거리 이미지를 픽셀마다 19개 클래스로 나눕니다. ESPNet 중 가장 작습니다.</translation>
  </message>
  <message>
   <source>Gives every pixel one of 20 kinds of objects; 0.3 million weights, quick on any computer.</source>
   <translation>픽셀마다 사물 20종으로 나눕니다. 가중치 30만 개로 어떤 컴퓨터에서든 빠릅니다.</translation>
  </message>
  <message>
   <source>Gives every pixel one of 20 kinds of objects; a little larger than s1.0, and surer.</source>
   <translation>픽셀마다 사물 20종으로 나눕니다. s1.0보다 조금 크고 더 확실합니다.</translation>
  </message>
  <message>
   <source>Cuts the person out of a portrait or selfie; 38 thousand weights, the smallest network here.</source>
   <translation>인물 사진이나 셀카에서 사람을 오려냅니다. 가중치 3만 8천 개로 여기에서 가장 작은 네트워크입니다.</translation>
  </message>
  <message>
   <source>Gives every pixel one of 20 kinds of objects, or background; larger and more exact than FCN R50.</source>
   <translation>픽셀마다 사물 20종 또는 배경으로 나눕니다. FCN R50보다 크고 정확합니다.</translation>
  </message>
  <message>
   <source>Gives every pixel one of 20 kinds of objects, or background.</source>
   <translation>픽셀마다 사물 20종 또는 배경으로 나눕니다.</translation>
  </message>
  <message>
   <source>Gives every pixel one of 20 kinds of objects; VGG-16 scores at 1/32 and 1/16 of the size together.</source>
   <translation>픽셀마다 사물 20종으로 나눕니다. VGG-16의 1/32, 1/16 크기 점수를 함께 씁니다.</translation>
  </message>
  <message>
   <source>Gives every pixel one of 20 kinds of objects from VGG-16 scores at 1/32 of the size: the coarsest of the FCNs.</source>
   <translation>VGG-16의 1/32 크기 점수로 픽셀마다 사물 20종으로 나눕니다. FCN 중 가장 거칩니다.</translation>
  </message>
  <message>
   <source>FCN-8s trained in one go, with its pooled maps scaled down before they are scored.</source>
   <translation>한 번에 학습한 FCN-8s로, 풀링한 맵의 값을 줄인 뒤 점수를 매깁니다.</translation>
  </message>
  <message>
   <source>Gives every pixel one of 20 kinds of objects; VGG-16 scores at 1/32, 1/16 and 1/8 of the size together.</source>
   <translation>픽셀마다 사물 20종으로 나눕니다. VGG-16의 1/32, 1/16, 1/8 크기 점수를 함께 씁니다.</translation>
  </message>
  <message>
   <source>Gives every pixel of a street picture one of 19 classes; keeps a quarter of the resolution all the way.</source>
   <translation>거리 이미지를 픽셀마다 19개 클래스로 나눕니다. 끝까지 4분의 1 해상도를 유지합니다.</translation>
  </message>
  <message>
   <source>Gives every pixel of a street picture one of 19 classes, with what it knows of the region around; trained on the training set.</source>
   <translation>거리 이미지를 픽셀마다 주변 영역의 정보를 더해 19개 클래스로 나눕니다. 학습 세트로 학습했습니다.</translation>
  </message>
  <message>
   <source>Gives every pixel of a street picture one of 19 classes, with what it knows of the region around; trained on validation pictures too.</source>
   <translation>거리 이미지를 픽셀마다 주변 영역의 정보를 더해 19개 클래스로 나눕니다. 검증 이미지로도 학습했습니다.</translation>
  </message>
  <message>
   <source>Gives every pixel one of 20 kinds of objects, or background; the smallest and quickest of the maps.</source>
   <translation>픽셀마다 사물 20종 또는 배경으로 나눕니다. 맵 모델 중 가장 작고 빠릅니다.</translation>
  </message>
  <message>
   <source>Gives every pixel one of 150 classes of things, walls, floors and landscapes, seen at four scales of the scene.</source>
   <translation>장면을 네 가지 배율로 보고 픽셀마다 사물, 벽, 바닥, 풍경 등 150개 클래스로 나눕니다.</translation>
  </message>
  <message>
   <source>Gives every pixel one of 20 kinds of objects, seen at four scales of the scene.</source>
   <translation>장면을 네 가지 배율로 보고 픽셀마다 사물 20종으로 나눕니다.</translation>
  </message>
  <message>
   <source>Gives every pixel one of 150 classes of rooms, streets and landscapes; a small transformer.</source>
   <translation>픽셀마다 방, 거리, 풍경의 150개 클래스로 나눕니다. 작은 트랜스포머입니다.</translation>
  </message>
  <message>
   <source>Gives every pixel of a street picture one of 19 classes; a small transformer.</source>
   <translation>거리 이미지를 픽셀마다 19개 클래스로 나눕니다. 작은 트랜스포머입니다.</translation>
  </message>
  <message>
   <source>Gives every pixel of a street picture one of 11 classes; puts values back where pooling took them.</source>
   <translation>거리 이미지를 픽셀마다 11개 클래스로 나눕니다. 풀링이 값을 가져온 자리에 값을 되돌려 놓습니다.</translation>
  </message>
  <message>
   <source>Gives every pixel one of 20 kinds of objects; SegNet with its scores normalised.</source>
   <translation>픽셀마다 사물 20종으로 나눕니다. 점수를 정규화한 SegNet입니다.</translation>
  </message>
  <message>
   <source>Cuts the person out of a portrait or selfie; 87 thousand weights, quick on any computer.</source>
   <translation>인물 사진이나 셀카에서 사람을 오려냅니다. 가중치 8만 7천 개로 어떤 컴퓨터에서든 빠릅니다.</translation>
  </message>
  <message>
   <source>Cuts out what stands out in a picture; 44 million weights.</source>
   <translation>이미지에서 눈에 띄는 것을 오려냅니다. 가중치 4,400만 개입니다.</translation>
  </message>
  <message>
   <source>Cuts out what stands out in a picture; 1.1 million weights, quick on any computer.</source>
   <translation>이미지에서 눈에 띄는 것을 오려냅니다. 가중치 110만 개로 어떤 컴퓨터에서든 빠릅니다.</translation>
  </message>
  <message>
   <source>Cuts out what stands out in a picture; the small network with the weights of its ONNX file.</source>
   <translation>이미지에서 눈에 띄는 것을 오려냅니다. ONNX 파일의 가중치를 쓰는 작은 네트워크입니다.</translation>
  </message>
  <message>
   <source>U-Net with bilinear upsampling, for checkpoints of your own training.</source>
   <translation>쌍선형 업샘플링을 쓰는 U-Net으로, 직접 학습한 체크포인트용입니다.</translation>
  </message>
  <message>
   <source>Cuts a car out of its background; trained on studio photos of cars.</source>
   <translation>배경에서 자동차를 오려냅니다. 스튜디오 자동차 사진으로 학습했습니다.</translation>
  </message>
  <message>
   <source>Cuts a car out of its background at half the size: a quarter of the work.</source>
   <translation>배경에서 자동차를 절반 크기로 오려냅니다. 계산량은 4분의 1입니다.</translation>
  </message>
  <message>
   <source>Cuts a car out of its background; the network of release 1.0, with a single output.</source>
   <translation>배경에서 자동차를 오려냅니다. 출력이 하나인 1.0판 네트워크입니다.</translation>
  </message>
  <message>
   <source>Cuts a car out of its background; the bilinear network of release 2.0.</source>
   <translation>배경에서 자동차를 오려냅니다. 2.0판의 쌍선형 네트워크입니다.</translation>
  </message>
  <message>
   <source>U-Net that counts low frequencies once, by the dual frame of its pooling; for your own training.</source>
   <translation>풀링의 쌍대 프레임으로 저주파를 한 번만 세는 U-Net으로, 직접 학습하는 용도입니다.</translation>
  </message>
  <message>
   <source>U-Net on a Haar wavelet frame that loses nothing between its scales; for your own training.</source>
   <translation>배율 사이에서 아무것도 잃지 않는 하르 웨이블릿 프레임 기반 U-Net으로, 직접 학습하는 용도입니다.</translation>
  </message>
 </context>
</TS>
