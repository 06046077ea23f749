extension [String] {
  /// The element that is the fewest edits away from a word, `nil` where that is more than `limit`.
  ///
  /// An edit inserts, deletes or replaces a character or swaps two neighbours; upper case equals lower case. Of equally
  /// near elements the first wins. At most half of the word may be edited.
  public func nearest(to word: String, within limit: Int = 2) -> String? {
    guard word.utf8.count <= 100 else { return nil }
    let letters = Array<Character>(word.lowercased())
    var best: (word: String, distance: Int)?
    for candidate in self where abs(candidate.count - letters.count) <= limit {
      let distance = editDistance(letters, Array<Character>(candidate.lowercased()))
      guard distance <= limit, distance * 2 <= letters.count else { continue }
      if distance < best?.distance ?? .max { best = (candidate, distance) }
    }
    return best?.word
  }
}

/// Optimal string alignment distance, in O(a · b).
private func editDistance(_ a: [Character], _ b: [Character]) -> Int {
  var previous: [Int] = []
  var current = Array(0...b.count)
  for i in 0..<a.count {
    let older = previous
    previous = current
    current[0] = i + 1
    for j in 0..<b.count {
      current[j + 1] = min(previous[j + 1] + 1, current[j] + 1, previous[j] + (a[i] == b[j] ? 0 : 1))
      if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { current[j + 1] = min(current[j + 1], older[j - 1] + 1) }
    }
  }
  return current[b.count]
}

extension String {
  /// The text for a message on one line: control characters escaped, cut after 80 characters.
  public var printable: String {
    var text = ""
    for scalar in unicodeScalars.prefix(80) {
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned:
        text += scalar == "\n" ? "\\n" : "\\u{\(String(scalar.value, radix: 16))}"
      default: text.unicodeScalars.append(scalar)
      }
    }
    return unicodeScalars.dropFirst(80).isEmpty ? text : text + "..."
  }
}
