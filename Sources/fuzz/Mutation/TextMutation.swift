import RandomStreams

/// Damage to JSON and other texts, word by word.
struct TextMutation {
  /// The seed corpus as words: names in quotes, numbers, punctuation.
  private let seeds: [[String]]
  private let words: [String]

  init(_ texts: [String]) {
    seeds = texts.map(Self.words)
    words = Array(Set(seeds.joined())).sorted()
  }

  func makeCase(_ random: inout RandomStream) -> [UInt8] {
    var words = random.pick(seeds)
    for _ in 0...random.below(4) where !words.isEmpty {
      let place = random.below(words.count)
      switch random.below(10) {
      case 0: words.remove(at: place)
      case 1: words.insert(words[place], at: place)
      case 2: words.swapAt(place, random.below(words.count))
      case 3: words.insert(contentsOf: words[place..<min(words.count, place + 1 + random.below(12))], at: place)
      case 4: words.removeSubrange(place..<min(words.count, place + 1 + random.below(12)))
      case 5, 6: words[place] = random.pick(self.words)
      case 7:
        // The next number is another one.
        let next = words[place...].firstIndex { $0.first.map { $0.isNumber || $0 == "-" } ?? false } ?? place
        words[next] = Self.number(&random)
      case 8:
        words[place] = random.pick(["null", "true", "{}", "[]", "\"\"", "\"\\ud800\"", "\"\\u0000\"", "//", "\n"])
      default:
        if random.chance(10) {
          words[place] = String(repeating: random.pick(["[", "{\"a\":", "\"", "9", " "]), count: 1 << random.below(17))
        }
      }
    }
    var bytes = Array(words.joined().utf8)
    if random.chance(15) { ByteMutation.apply(to: &bytes, &random) }
    return bytes
  }

  private static func number(_ random: inout RandomStream) -> String {
    switch random.below(3) {
    case 0: "\(ByteMutation.number(&random))"
    case 1:
      random.pick([
        "-0.0", "1e308", "1e-308", "1e999", "-1e999", "5e-324", "9007199254740993", "0.1", "1e18", "1e19", "-1", "01",
        ".5", "1.",
        "1e9", "1e10", "123456789012345678901234567890",
      ])
    default: "\(Double(random.below(2_000)) / 100)"
    }
  }

  private static func words(of text: String) -> [String] {
    var words: [String] = []
    var current = ""
    var isQuoted = false
    func flush() {
      if !current.isEmpty { words.append(current) }
      current = ""
    }
    for character in text {
      if isQuoted {
        current.append(character)
        if character == "\"" {
          isQuoted = false
          flush()
        }
      } else if character == "\"" {
        flush()
        current = "\""
        isQuoted = true
      } else if character.isLetter || character.isNumber || "+-._".contains(character) {
        current.append(character)
      } else {
        flush()
        words.append(String(character))
      }
    }
    flush()
    return words
  }
}
