import StrictJSON
import Testing

struct JSONParserTests {
  @Test func readsEveryKindOfValueWithItsPlace() throws {
    let text = """
      // a comment
      {"é": null, /* another
      */ "b": [true, false, -0.5e2, "\\u00e9\\ud83d\\ude00\\n"],
        "c": {}}
      """
    let root = try JSONParser.parse(text, file: "f")
    #expect(root.json == ["é": nil, "b": [true, false, .number(JSONNumber(text: "-0.5e2")!), "é😀\n"], "c": [:]])
    #expect(root.position == SourcePosition(file: "f", line: 2, column: 1))
    #expect(root["é"]?.position == SourcePosition(file: "f", line: 2, column: 7))
    #expect(root["b"]?.position == SourcePosition(file: "f", line: 3, column: 9))
    #expect(root["c"]?.position == SourcePosition(file: "f", line: 4, column: 8))
  }

  @Test(arguments: [
    ("", "1:1: error: expected a value, found the end of the file"),
    ("{", "1:2: error: expected a key in double quotes, found the end of the file"),
    ("[1,]", "1:4: error: trailing comma before ']'"),
    ("{\"a\": 1,\n}", "2:1: error: trailing comma before '}'"),
    ("{\"a\": 1e999}", "1:7: error: 1e999 is not a finite number"),
    ("[-1e400]", "1:2: error: -1e400 is not a finite number"),
    ("[01]", "1:2: error: a number must not start with a zero"),
    ("[1.]", "1:2: error: '1.' is not a number"),
    ("[+1]", "1:2: error: expected a value, found '+'"),
    ("[.5]", "1:2: error: expected a value, found '.'"),
    ("[0x10]", "1:2: error: '0x10' is not a number"),
    ("[NaN]", "1:2: error: 'NaN' is not a finite number"),
    ("[True]", "1:2: error: unknown word 'True'; strings stand in double quotes"),
    ("{a: 1}", "1:2: error: expected a key in double quotes, found 'a'"),
    ("{\"a\" 1}", "1:6: error: expected ':' after the key 'a', found '1'"),
    ("[1 2]", "1:4: error: expected ',' or ']', found '2'"),
    ("{\"a\": 1 \"b\": 2}", "1:9: error: expected ',' or '}', found a string"),
    ("{} x", "1:4: error: expected the end of the file, found 'x'"),
    ("\"é\\x\"", "1:3: error: unknown escape '\\x'"),
    ("\"\\ud800\"", "1:2: error: half of a surrogate pair"),
    ("\"\\u12g4\"", "1:2: error: '\\u' needs four hexadecimal digits"),
    ("\"a\nb\"", "1:3: error: a string must not contain the end of the line; it is written as an escape"),
    ("[\"abc", "1:2: error: this string never ends"),
    ("[1] /* x", "1:5: error: this comment never ends"),
    (
      "{\"a\": 1,\n \"a\": 2,\n \"b\": {\"c\": 1, \"c\": 1}}",
      "2:2: error: duplicate key 'a', first at line 1\nf:3:16: error: duplicate key 'c', first at line 3"
    ),
  ])
  func refuses(text: String, message: String) {
    let error = #expect(throws: InputError.self) { try JSONParser.parse(text, file: "f") }
    #expect(error?.description == "f:" + message)
  }

  @Test(arguments: [[0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xE2, 0x82]] as [[UInt8]])
  func refusesBytesThatAreNotUTF8(bytes: [UInt8]) {
    let error = #expect(throws: InputError.self) {
      try JSONParser.parse(Array("[\"é\",\n \"é".utf8) + bytes + Array("\"]".utf8), file: "f")
    }
    #expect(error?.description.hasPrefix("f:2:4: error: not UTF-8") == true)
  }

  @Test func refusesDeepNestingWithoutOverflowingTheStack() {
    let error = #expect(throws: InputError.self) {
      try JSONParser.parse(String(repeating: "[", count: 1_000_000), file: "f")
    }
    #expect(error?.description == "f:1:129: error: nested deeper than 128 levels")
    let deep = String(repeating: "[", count: 128) + String(repeating: "]", count: 128)
    #expect(throws: Never.self) { try JSONParser.parse(deep, file: "f") }
  }

  @Test func writesWhatItReads() throws {
    let value: JSONValue = [
      "a": [1, 2.5, -3e300, nil], "b": ["c": "q\"\\\u{1}\u{7F}é", "d": [:]], "e": [["f": true]], "g": [],
    ]
    #expect(try JSONParser.parse(value.compact, file: "f").json == value)
    #expect(try JSONParser.parse(value.pretty, file: "f").json == value)
  }

  /// Bytes are changed, cut out and doubled at random; each result is read or refused, and what is read can be written.
  @Test func survivesMutations() throws {
    let seed = Array(
      #"{"a": [1, -2.5e-3, true, null, "x\u00e9\ud83d\ude00\n"], /* c */ "b": {"c": {}, "é": "😀"}} // end"#.utf8)
    var random = SplitMix(state: 7)
    for _ in 0..<20_000 {
      var bytes = seed
      for _ in 0...random.next(below: 4) where !bytes.isEmpty {
        let place = random.next(below: bytes.count)
        switch random.next(below: 4) {
        case 0: bytes[place] = UInt8(random.next(below: 256))
        case 1: bytes.remove(at: place)
        case 2: bytes.insert(seed[random.next(below: seed.count)], at: place)
        default: bytes.removeLast(random.next(below: bytes.count))
        }
      }
      guard let node = try? JSONParser.parse(bytes, file: "f") else { continue }
      #expect(try JSONParser.parse(node.json.compact, file: "f").json == node.json)
    }
  }
}

/// A small generator for tests.
///
/// Source: Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014.
struct SplitMix {
  var state: UInt64

  mutating func next(below bound: Int) -> Int {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = (state ^ state >> 30) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
    return Int((z ^ z >> 31) % UInt64(bound))
  }
}
