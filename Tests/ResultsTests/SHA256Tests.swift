import Results
import Testing

struct SHA256Tests {
  /// Source: NIST FIPS 180-4 examples, and the empty message.
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
    (String(repeating: "a", count: 1_000_000), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"),
  ])
  func agreesWithTheStandard(text: String, digest: String) {
    #expect(SHA256.hexDigest(of: text) == digest)
  }

  @Test func doesNotDependOnHowTheBytesArrive() {
    let bytes = (0..<200).map { UInt8($0) }
    for length in [55, 56, 63, 64, 65, 119, 120, 128] {
      var whole = SHA256()
      whole.update(Array(bytes[..<length]).span.bytes)
      var pieces = SHA256()
      for byte in bytes[..<length] { pieces.update([byte].span.bytes) }
      #expect(whole.hexDigest() == pieces.hexDigest())
    }
  }
}
