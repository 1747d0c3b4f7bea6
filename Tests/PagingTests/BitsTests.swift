import Testing

@testable import Paging

@Suite("Bit fields")
struct BitsTests {
  @Test("A field takes its bits out and puts them back")
  func roundTrip() {
    let field = Bits(12...51)
    #expect(field.mask == 0x000f_ffff_ffff_f000)
    #expect(field.of(0xffff_ffff_ffff_ffff) == 0xff_ffff_ffff)
    #expect(field.holding(field.of(0x0012_3456_789a_bcde)) == 0x0002_3456_789a_b000)
    #expect(Bits(0...63).mask == ~0)
    #expect(Bits(63).isSet(in: 1 << 63))
  }
}
