/// Rows of text and numbers, printed for people or for programs.
struct TextTable {
  enum Format: String, CaseIterable {
    case text, md, csv
  }

  /// One value; `style` shows where colour does.
  struct Cell {
    enum Content {
      case text(String)
      /// Rounded to significant digits for people, written in full for programs.
      case number(Double, digits: Int)
      case count(Int)
      /// Nothing to show.
      case missing
    }

    var content: Content
    var style = Style.plain

    static let missing = Cell(content: .missing)

    static func text(_ text: String, style: Style = .plain) -> Cell { Cell(content: .text(text), style: style) }
    static func count(_ count: Int, style: Style = .plain) -> Cell { Cell(content: .count(count), style: style) }
    /// A number, or nothing where it is `nil`.
    static func number(_ number: Double?, digits: Int = 4, style: Style = .plain) -> Cell {
      guard let number, number.isFinite else { return .missing }
      return Cell(content: .number(number, digits: digits), style: style)
    }

    /// Whether it stands on the right of its column.
    var isNumber: Bool {
      switch content {
      case .text: false
      case .number, .count, .missing: true
      }
    }
  }

  private let titles: [String]
  private(set) var rows: [[Cell]] = []

  init(_ titles: [String]) { self.titles = titles }

  /// Adds a row with one cell for each title.
  mutating func add(_ row: [Cell]) {
    precondition(row.count == titles.count, "a cell for each title")
    rows.append(row)
  }

  /// The lines of the table, without a final line break.
  func rendered(_ format: Format = .text, colored: Bool = false) -> String {
    switch format {
    case .text: text(colored: colored)
    case .md: markdown
    case .csv: csv
    }
  }

  /// Numbers and the titles above them stand on the right; spaces at the ends of lines are left out.
  private func text(colored: Bool) -> String {
    let body = rows.map { $0.map { $0.forPeople(missing: "-") } }
    let widths = widths(of: body)
    let right = titles.indices.map(isNumeric)
    let header = titles.indices.map { column in
      (pad(titles[column], to: widths[column], right: right[column]), Style.bold)
    }
    let lines = body.indices.map { row in
      titles.indices.map { column in
        (pad(body[row][column], to: widths[column], right: right[column]), rows[row][column].style)
      }
    }
    return ([header] + lines).map { cells in
      var cells = cells
      while let last = cells.last, last.0.allSatisfy({ $0 == " " }) { cells.removeLast() }
      if let last = cells.indices.last {
        while cells[last].0.last == " " { cells[last].0.removeLast() }
      }
      return cells.map { $1.applied(to: $0, colored: colored) }.joined(separator: "  ")
    }.joined(separator: "\n")
  }

  private var markdown: String {
    let body = rows.map { $0.map { $0.forPeople(missing: "").replacing("|", with: "\\|") } }
    let rule = titles.indices.map { isNumeric($0) ? "---:" : "---" }
    return ([titles, rule] + body).map { "| " + $0.joined(separator: " | ") + " |" }.joined(separator: "\n")
  }

  /// RFC 4180 with line feeds; a missing value is empty.
  private var csv: String {
    ([titles] + rows.map { $0.map(\.forPrograms) }).map { cells in
      cells.map { cell in
        guard cell.contains(where: { ",\"\r\n".contains($0) }) else { return cell }
        return "\"" + cell.replacing("\"", with: "\"\"") + "\""
      }.joined(separator: ",")
    }.joined(separator: "\n")
  }

  /// Whether a column has numbers and no text.
  private func isNumeric(_ column: Int) -> Bool {
    !rows.isEmpty && rows.allSatisfy { $0[column].isNumber }
  }

  private func widths(of body: [[String]]) -> [Int] {
    titles.indices.map { column in
      body.reduce(titles[column].count) { max($0, $1[column].count) }
    }
  }

  private func pad(_ text: String, to width: Int, right: Bool) -> String {
    let space = String(repeating: " ", count: width - text.count)
    return right ? space + text : text + space
  }
}
