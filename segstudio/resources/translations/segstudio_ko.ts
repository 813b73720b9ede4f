<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="ko" sourcelanguage="en">
 <context>
  <name>segstudio</name>
  <message>
   <source>Click an object to correct it · Enter accepts · Backspace rejects · Ctrl+Shift+E exports</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Nothing was found here.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Predicted {done:,} of {total:,}: {added:,} objects.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Found {n:,}.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Add a class first: a new object needs one.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Nothing was found in this box.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>New objects are of the class “object”. Double-click it in Labels to rename it.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Open Files</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Open Project</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Save a Copy</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>This project has no video: there are no frames to export.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Saved a copy as {path}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Pictures and videos</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>All files</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>segstudio projects</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Every picture is done.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Type a command</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>{n:,} selected</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Class</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Label pictures and video, run vision models on them, correct what they see, export COCO.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Free software under the Apache License 2.0. Nothing you open leaves this computer.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Close</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Copy Details</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Choose an action, press its new keys. Keys of your own are bold.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>{key} belongs to “{names}”, which would lose it.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Edit keyboard shortcuts</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Preset</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>New keys</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Use</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Use Too</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>No Keys</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Reset</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Search actions and keys</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Reset All</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Take the Keys</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Action</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Keys</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Select by Score</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Predictions whose score lies in this range.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Select</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>From</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>To</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Cancel</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>1 object</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>{n:,} objects</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>to</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>{tool} tool: {hint}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Keyboard shortcuts</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Canvas</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Classes</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Choose a class; selected objects get it</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Edit…</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Cancelled; nothing was changed.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Cancelled; the pictures written by then stay.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>{n:,} object</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>{n:,} picture</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>{n:,} pictures</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>{n:,} item</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>{n:,} items</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Imported {objects} on {pictures}.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Wrote {objects} on {pictures} in {classes} to {path}.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Wrote {frames} to {folder}.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Import {name}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>It becomes one step of the history, and can be undone.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Export</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>File to write</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Include predictions that nobody has accepted yet, from a score of {score:.0%}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Export {name}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Export Frames</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>The frames with objects, under the names that an exported COCO file uses.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Export frames to {name}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>No frame of a video has an object yet; nothing was written.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>{n:,} frame</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>{n:,} frames</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>{objects} got keypoints.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>{objects} had been there already.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>{items} could not be used.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Browse…</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Export Again</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>{n:,} class is new.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>{n:,} classes are new.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>{n:,} class</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>{n:,} classes</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>{items} could not be written.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Panels</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>{name} can only be read here.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Every step is saved in {name}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Union</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Subtract from the Lowest</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Intersect</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Exclude the Overlap</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Merge as Parts</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>All</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Holes of any size.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Up to</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Larger holes stay.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Smaller than</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Keep the Largest Part</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Nothing changes.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>{more:+,} px</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>{less:+,} px</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>{more:+,} px, {less:+,} px</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>{before:,} → {after:,} vertices · off by {pixels:.2f} px at most · IoU {iou:.4f}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Simplify…</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Nothing to simplify.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Tolerance</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>How far the outline may move.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>{n:,} pixels change</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Snap to Edges…</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Reach</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>How far the border may move.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Strength</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>How much colours count against the mask.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Colours alike</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>How different one thing's colours are.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Bring to Front</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Bring Forward</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Send Backward</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Send to Back</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Split into Pieces</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Convert to Polygon</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Convert to Mask</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Display</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Brightness</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Contrast</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Gamma</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Colours</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>As they are</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Viridis</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Parula</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Invert</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Rulers</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Magnifier</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Grid</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Picture pixels between two lines; 0 for none.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Black</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>White</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Choose by Itself</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>This picture has 8 bits a sample: there is no window to choose.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Samples shown as black and white</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Over the picture</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Files</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Frame</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Frame number</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>of {n:,}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Previous frame (,)</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Next frame (.)</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>History</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Labels</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Models</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>boxes</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>masks</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>keypoints</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>faces</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>regions</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>regions and objects</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>picture labels</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>what you point at</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Fetch</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Fetch {size}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Predict</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Predict this picture (Ctrl+Return)</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Predict All</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Predict all pictures of the project (Ctrl+Shift+Return)</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Discard the last run</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>{model} finds more, and with finer outlines. It needs the network once.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Needs: {command}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>{title} cuts out what you point at: take the tool Cut Out.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Fetching the model first. Press Predict again when it is here.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Starter pack</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>More models</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>For the tool Cut Out</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Objects</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Show or hide</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Lock or unlock</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Accept (Enter)</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Reject (Backspace)</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>about {n:.1f} h left</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>{n} s left</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>about {n} min left</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>{done} of {total}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Pause</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Go on</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Cancel; what is finished stays</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Stopping…</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>paused</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Waiting…</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Starting…</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Ctrl+Return runs a model on the picture in front of you.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Correct</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Click an object. B paints, E erases, Enter accepts it.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Ctrl+Shift+E writes COCO that other tools read.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Your projects appear here. A project is one file beside your pictures; it saves itself with each step.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Label pictures and video, let models do the first pass, correct what they see, export COCO.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Start</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Recent projects</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Starter models</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Starter models are ready</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Boxes, masks, poses, faces and picture labels on any computer. Fetched once, then they work offline.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Boxes, masks, poses, faces and picture labels, on any computer, offline.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Open a folder</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Open files</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Try the sample photos</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>All pictures and videos in it, 100,000 are fine.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>A few pictures or a video.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Free to use.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Paused</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Waiting</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Working</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>File</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Edit</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Tool</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Object</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Shape</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Go</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>View</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Model</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Help</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Undo</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Redo</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Copy</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Paste</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Duplicate</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Delete</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Select All</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Select None</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Invert the Selection</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Select the Same Class</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Select by Class…</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Select by Score…</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Open Files…</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Open Folder…</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Open Project…</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Open Sample Photos</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Import Annotations…</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Export…</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Export Frames…</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Save a Copy…</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Close Project</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Quit</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Next Picture</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Previous Picture</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Next Picture to Do</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>First Picture</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Last Picture</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Next Frame</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Previous Frame</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>10 Frames Forward</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>10 Frames Back</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Mark Done and Go On</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Flag for Another Look</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Mark To Do</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Command Palette…</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Keyboard Shortcuts</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Edit Keyboard Shortcuts…</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Welcome Page</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>About segstudio</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Predict This Picture</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Predict All Pictures</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Pause or Go On</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Cancel the Run</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Discard the Last Run</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Run on the Best Device</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Run on the CPU</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Fetch the Starter Pack</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Next Object</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Previous Object</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Change Class…</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Accept Prediction</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Reject Prediction</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Accept All Shown</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Hide or Show Selected</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Show All Objects</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Show the Selected Only</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Lock Selected</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Unlock All Objects</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Brush</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Eraser</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Polygon</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Box</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Keypoints</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Cut Out in a Box</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Scissors</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Magic Wand</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Superpixels</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>GrabCut</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Watershed</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Fit Picture</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Zoom In</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Zoom Out</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Show Overlays</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Masks</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Boxes</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Labels and Scores</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Maps</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Rejected Predictions</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Mode: Instances</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Mode: Panoptic</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Mode: DensePose</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Colour by Class</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Colour by Object</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Colour by Track</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Pointer by Keys</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Show the Picture as It Is</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Theme: Follow the System</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Theme: Light</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Theme: Dark</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Language: Follow the System</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Language: English</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Language: 한국어 (Korean)</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Full Screen</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Reset the Layout</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Enter applies · Esc leaves everything as it is</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Apply</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Result</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>New object</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Add to selected</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Take from selected</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Replace selected</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Where the pixels go that the tool finds.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Select a single object first.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Drag a box · Esc cancels</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Drag a box around an object, get its mask · Esc cancels</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Paint on the selected object or begin a new one · Right button or Alt erases · Shift: straight line · [ ] size</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Erase from the selected object · Right button or Alt paints · Shift: straight line · [ ] size · Esc cancels</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Size</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>[ and ], or Alt and the wheel</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Round</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Square</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Pressure</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>The harder a pen is pressed, the wider the stroke, up to the size</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Over others</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Overlap</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Protect others</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Paint under</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Take from others</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Only empty</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>What happens where the stroke meets other objects</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Drag a box, or C: begin with the selected object · then left: object, right or Alt: background · Enter accepts</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>From a mask: how far its border may be off.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>From Selection</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Accept</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Click the joints in order · right click or Shift: hidden · X skips one · N or Enter finishes · Backspace back</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Click vertices, or drag freehand · double click, Enter or the first vertex closes · Backspace takes one back</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Looking…</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Nothing was found yet</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Click along an edge · Shift: straight · Enter, double click or the first anchor closes · Backspace takes back</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>This outline encloses nothing.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Click selects, again or Tab what lies beneath · Shift adds · drag moves · Ctrl-drag frames · arrows nudge</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Click or drag to add to the selected object, or begin a new one · Alt or right button takes · [ ] size</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>About how wide a superpixel is.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Looking for edges…</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>A moment: the superpixels are not there yet.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Select the object to take from.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Click a colour, drag for more or less · Shift adds to the selected object · Alt takes from it · [ ] tolerance</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>CIELAB difference: 2 is just visible.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Contiguous</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Only what hangs together with the place clicked on.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Large picture: only what is in sight</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Tolerance {n:.1f}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Draw on an object · N or Shift: the next object · right button or Alt: background · Enter makes the objects</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Object {n}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Score threshold</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Hide predictions that the model is less sure of. Nothing runs again.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Opacity of masks</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Score</source>
   <translation type="unfinished" />
  </message>
 </context>
</TS>
