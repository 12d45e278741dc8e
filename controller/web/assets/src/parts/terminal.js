// What a terminal would show: the part of ECMA-48 that programs in a transcript use. It makes rows of marked
// text and touches no page. Everything it is given is untrusted; nothing of it becomes markup.
const PLAIN = Object.freeze({ ink: -1, ground: -1, bold: false, faint: false, italic: false, line: false, inverse: false });
// Signs that could deceive a reader's eye are shown as one that says so (trust.md).
const DECEIVING = /[\u0000-\u0006\u000e-\u001a\u001c-\u001f\u007f-\u009f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]/u;
const LONGEST_SEQUENCE = 256;
const LONGEST_STRING = 4096;

export class Terminal {
  constructor(width, height) {
    this.width = width;
    this.height = height;
    this.reset();
  }

  reset() {
    this.rows = [];
    this.row = 0;
    this.column = 0;
    this.style = PLAIN;
    this.kept = [0, 0];
    this.pending = "";
    this.used = 0;
  }

  // Text as a program wrote it; a sequence may be cut between two calls.
  write(text) {
    const given = this.pending + text;
    this.pending = "";
    let at = 0;
    while (at < given.length) {
      if (given[at] === "\x1b") {
        const length = this.sequence(given, at);
        if (length === 0 && given.length - at < LONGEST_SEQUENCE) {
          this.pending = given.slice(at);
          return;
        }
        at += length || 1;
      } else {
        const sign = String.fromCodePoint(given.codePointAt(at));
        this.put(sign);
        at += sign.length;
      }
    }
  }

  // Rows of pieces {text, style}, as many as the screen is high.
  drawn() {
    return Array.from({ length: this.height }, (_, row) => pieces(this.rows[row] || []));
  }

  put(sign) {
    if (sign === "\n") this.down();
    else if (sign === "\r") this.column = 0;
    else if (sign === "\b") this.column = Math.max(0, this.column - 1);
    else if (sign === "\t") this.column = Math.min(this.width - 1, (this.column >> 3 << 3) + 8);
    else if (sign === "\x07") return;
    else if (sign === "\v" || sign === "\f") this.down();
    else this.print(DECEIVING.test(sign) ? "\ufffd" : sign);
  }

  print(sign) {
    if (this.column >= this.width) {
      this.column = 0;
      this.down();
    }
    const cells = this.cells();
    while (cells.length < this.column) cells.push([" ", PLAIN]);
    cells[this.column] = [sign, this.style];
    this.column += 1;
    this.used = Math.max(this.used, this.row + 1);
  }

  cells(row = this.row) {
    return (this.rows[row] ||= []);
  }

  down() {
    if (this.row + 1 < this.height) {
      this.row += 1;
    } else {
      this.rows.shift();
      while (this.rows.length < this.height) this.rows.push([]);
      this.used = this.height;
    }
  }

  // The length of the sequence that begins at `at`, 0 when its end has not come yet.
  sequence(text, at) {
    const kind = text[at + 1];
    if (kind === undefined) return 0;
    if (kind === "[") {
      const found = /^\x1b\[([0-9;:<=>?]*)[ -/]*([@-~])/.exec(text.slice(at, at + LONGEST_SEQUENCE));
      if (!found) return /^\x1b\[[0-9;:<=>?]*[ -/]*$/.test(text.slice(at, at + LONGEST_SEQUENCE)) ? 0 : 2;
      this.control(found[1], found[2]);
      return found[0].length;
    }
    if ("]PX^_".includes(kind)) {
      const end = /\x07|\x1b\\/.exec(text.slice(at + 2));
      return end ? end.index + 2 + end[0].length : 0;
    }
    if (kind === "7") this.kept = [this.row, this.column];
    else if (kind === "8") [this.row, this.column] = this.kept;
    else if (kind === "c") this.reset();
    else if (kind === "M") this.row = Math.max(0, this.row - 1);
    else if (kind === "D" || kind === "E") {
      this.down();
      if (kind === "E") this.column = 0;
    } else if ("()*+#% ".includes(kind)) return text.length > at + 2 ? 3 : 0;
    return 2;
  }

  control(given, final) {
    if (/^[<=>?]/.test(given)) {
      if ((final === "h" || final === "l") && /^\?(47|1047|1049)$/.test(given)) this.clear();
      return;
    }
    const values = given.split(/[;:]/).map((value) => Math.min(Number(value) || 0, 9999));
    const some = values[0] || 1;
    const move = { A: [-some, 0], B: [some, 0], C: [0, some], D: [0, -some] }[final];
    if (move) this.go(this.row + move[0], this.column + move[1]);
    else if (final === "E") this.go(this.row + some, 0);
    else if (final === "F") this.go(this.row - some, 0);
    else if (final === "G" || final === "`") this.go(this.row, some - 1);
    else if (final === "d") this.go(some - 1, this.column);
    else if (final === "H" || final === "f") this.go(some - 1, (values[1] || 1) - 1);
    else if (final === "J") this.erase(values[0]);
    else if (final === "K") this.eraseLine(values[0]);
    else if (final === "P") this.cells().splice(this.column, some);
    else if (final === "X") this.blank(this.column, this.column + some);
    else if (final === "@") this.insert(some);
    else if (final === "L") this.shift(this.row, some);
    else if (final === "M") this.shift(this.row, -some);
    else if (final === "S") this.shift(0, -some);
    else if (final === "T") this.shift(0, some);
    else if (final === "s") this.kept = [this.row, this.column];
    else if (final === "u") [this.row, this.column] = this.kept;
    else if (final === "m") this.style = styled(this.style, values);
  }

  go(row, column) {
    this.row = Math.min(Math.max(0, row), this.height - 1);
    this.column = Math.min(Math.max(0, column), this.width - 1);
  }

  clear() {
    this.rows = [];
    this.go(0, 0);
  }

  erase(which) {
    if (which >= 2) {
      this.rows = [];
      return;
    }
    this.eraseLine(which);
    const [from, to] = which === 1 ? [0, this.row] : [this.row + 1, this.height];
    for (let row = from; row < to; row += 1) this.rows[row] = [];
  }

  eraseLine(which) {
    if (which === 0) this.cells().length = Math.min(this.cells().length, this.column);
    else if (which === 1) this.blank(0, this.column + 1);
    else this.rows[this.row] = [];
  }

  blank(from, to) {
    const cells = this.cells();
    for (let column = from; column < Math.min(to, cells.length); column += 1) cells[column] = [" ", PLAIN];
  }

  insert(count) {
    const cells = this.cells();
    while (cells.length < this.column) cells.push([" ", PLAIN]);
    cells.splice(this.column, 0, ...Array.from({ length: Math.min(count, this.width) }, () => [" ", PLAIN]));
    cells.length = Math.min(cells.length, this.width);
  }

  // Lines from `from` on move down by `count`, up when it is less than nothing.
  shift(from, count) {
    const rows = Array.from({ length: this.height }, (_, row) => this.rows[row] || []);
    const moved = Math.min(Math.abs(count), this.height - from);
    const empty = Array.from({ length: moved }, () => []);
    if (count > 0) rows.splice(from, 0, ...empty);
    else rows.splice(from, moved);
    while (rows.length < this.height) rows.push([]);
    this.rows = rows.slice(0, this.height);
  }
}

function pieces(cells) {
  const made = [];
  for (let column = 0; column < cells.length; column += 1) {
    const [sign, style] = cells[column] || [" ", PLAIN];
    const last = made.at(-1);
    if (last && last.style === style) last.text += sign;
    else made.push({ text: sign, style });
  }
  return made;
}

// One of the sixteen colours by its number; of the 256 and the free ones only these are known.
function styled(style, values) {
  let made = { ...style };
  for (let at = 0; at < values.length; at += 1) {
    const value = values[at];
    if (value === 0) made = { ...PLAIN };
    else if (value === 1) made.bold = true;
    else if (value === 2) made.faint = true;
    else if (value === 3) made.italic = true;
    else if (value === 4) made.line = true;
    else if (value === 7) made.inverse = true;
    else if (value === 22) made.bold = made.faint = false;
    else if (value === 23) made.italic = false;
    else if (value === 24) made.line = false;
    else if (value === 27) made.inverse = false;
    else if (value >= 30 && value <= 37) made.ink = value - 30;
    else if (value >= 40 && value <= 47) made.ground = value - 40;
    else if (value >= 90 && value <= 97) made.ink = value - 82;
    else if (value >= 100 && value <= 107) made.ground = value - 92;
    else if (value === 39) made.ink = -1;
    else if (value === 49) made.ground = -1;
    else if (value === 38 || value === 48) {
      const indexed = values[at + 1] === 5;
      const colour = indexed && values[at + 2] < 16 ? values[at + 2] : -1;
      if (value === 38) made.ink = colour;
      else made.ground = colour;
      at += indexed ? 2 : 4;
    }
  }
  return made;
}
