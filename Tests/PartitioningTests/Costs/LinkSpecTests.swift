import Partitioning
import StrictJSON
import Testing

struct LinkSpecTests {
  @Test(arguments: [
    ("a:b=16/8+5", 16, 8, 5), ("a:b=16", 16, 16, 0), ("a:b=16+0.5", 16, 16, 0.5),
    ("a:b=5.85Mbps/13.76Mbps+50ms", 5.85, 13.76, 50),
    ("a:b=1e2/2e+1+3", 100, 20, 3), ("a:b=1e+2", 100, 100, 0),
  ])
  func reads(text: String, up: Double, down: Double, roundTrip: Double) throws {
    let link = try LinkSpec(text)
    #expect(link.from == "a" && link.to == "b")
    #expect(link.uplinkMbps == up && link.downlinkMbps == down && link.roundTripMilliseconds == roundTrip)
  }

  @Test(arguments: [
    "", "a", "a:b", "a:b=", "a=5", "a:b:c=5", ":b=5", "a:b=-5", "a:b=0", "a:b=5/0", "a:b=5/x", "a:b=5+-1", "a:b=5+",
    "a:b=nan",
    "a:b=inf", "a:b=5+inf", "a:b=1e999",
  ])
  func refuses(text: String) { #expect(throws: InputError.self) { try LinkSpec(text) } }

  /// 1 Mbit/s is 10^6 bit/s, a byte has eight bits, and half of the round trip follows the last bit.
  @Test func countsInDecimalMegabits() throws {
    let hop = try LinkSpec("a:b=8/4+20").hop
    #expect(hop.transferNanoseconds(bytes: 1_000_000, .up) == 1_000_000_000)
    #expect(hop.transferNanoseconds(bytes: 1_000_000, .down) == 2_000_000_000)
    #expect(hop.propagationNanoseconds == 10_000_000)
  }

  @Test func joinsAChain() throws {
    let links = try ["b:c=2", "a:b=1"].map { text throws(InputError) in try LinkSpec(text) }
    let hops = try LinkSpec.hops(joining: ["a", "b", "c"], with: links)
    #expect(hops.map(\.uplinkBitsPerSecond) == [1e6, 2e6])
  }

  @Test(arguments: [
    ["a:b=1"], ["a:b=1", "a:c=1"], ["b:a=1", "b:c=1"], ["a:b=1", "b:c=1", "b:c=2"], ["a:b=1", "b:c=1", "c:d=1"],
  ])
  func refusesAnythingElse(texts: [String]) throws {
    let links = try texts.map { text throws(InputError) in try LinkSpec(text) }
    #expect(throws: InputError.self) { try LinkSpec.hops(joining: ["a", "b", "c"], with: links) }
  }
}
