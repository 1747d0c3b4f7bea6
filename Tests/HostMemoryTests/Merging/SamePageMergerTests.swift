import HostMemory
import Testing

@Suite("Same-page merging")
struct SamePageMergerTests {
}
