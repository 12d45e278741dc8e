// Everything here makes pages nicer; none of it is needed to use them.
import "htmx.org";
import { watchDrafts } from "./parts/drafts.js";
import { watchForms } from "./parts/forms.js";
import { watchLive } from "./parts/live.js";
import { showTimes } from "./parts/times.js";

watchForms();
watchDrafts();
showTimes();
watchLive();
