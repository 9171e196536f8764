import assert from "node:assert/strict";
import type { NetworkInterfaceInfo } from "node:os";
import type { ListenAddress } from "../../../../src/sip/transport/index.ts";
import { LocalAddresses } from "../../../../src/sip/transport/local-addresses.ts";

function ipv4(address: string, prefixLength: number, internal = false): NetworkInterfaceInfo {
  return { address, netmask: "", mac: "", internal, cidr: `${address}/${prefixLength}`, family: "IPv4" };
}

function ipv6(address: string, internal = false): NetworkInterfaceInfo {
  return { address, netmask: "", mac: "", internal, cidr: `${address}/64`, family: "IPv6", scopeid: 0 };
}

const INTERFACES = {
  lo: [ipv4("127.0.0.1", 8, true), ipv6("::1", true)],
  eth0: [ipv4("192.168.1.10", 24), ipv6("2001:db8::10")],
  eth1: [ipv4("10.0.0.5", 8)],
  gone: undefined,
};

function listener(address: string, port = 5060, protocol: "udp" | "tcp" = "udp"): ListenAddress {
  return { protocol, address, port };
}

describe("LocalAddresses", () => {
  let nowMs: number;
  let asked: number;
  let local: LocalAddresses;
  beforeEach(() => {
    nowMs = 0;
    asked = 0;
    local = new LocalAddresses(
      () => {
        asked += 1;
        return INTERFACES;
      },
      () => nowMs,
    );
  });

  describe("what a remote sees of a listener", () => {
    const cases: readonly (readonly [listen: string, remote: string, seen: string])[] = [
      ["192.168.1.10", "8.8.8.8", "192.168.1.10"],
      ["0.0.0.0", "192.168.1.77", "192.168.1.10"],
      ["0.0.0.0", "10.9.9.9", "10.0.0.5"],
      ["0.0.0.0", "127.9.0.11", "127.0.0.1"],
      ["0.0.0.0", "8.8.8.8", "192.168.1.10"],
      ["::", "2001:db8::77", "2001:db8::10"],
      ["::", "2001:beef::1", "2001:db8::10"],
    ];
    for (const [listen, remote, seen] of cases) {
      it(`given a listener on ${listen}, when ${remote} looks, then it sees ${seen}`, () => {
        assert.equal(local.visible(listen, remote), seen);
      });
    }
    it("given no interface at all, when a remote looks, then it is the loopback address", () => {
      const none = new LocalAddresses(
        () => ({}),
        () => 0,
      );
      assert.equal(none.visible("0.0.0.0", "8.8.8.8"), "127.0.0.1");
      assert.equal(none.visible("::", "2001:db8::1"), "::1");
    });
    it("given an interface without a subnet, when a remote looks, then it is passed over", () => {
      const odd = new LocalAddresses(
        () => ({ a: [{ ...ipv4("10.0.0.1", 8), cidr: null }, ipv4("192.168.1.10", 24)] }),
        () => 0,
      );
      assert.equal(odd.visible("0.0.0.0", "192.168.1.4"), "192.168.1.10");
    });
    it("given many questions, when asked within 30 s, then the system is asked once", () => {
      for (let index = 0; index < 10; index += 1) local.visible("0.0.0.0", "8.8.8.8");
      assert.equal(asked, 1);
      nowMs = 30_000;
      local.visible("0.0.0.0", "8.8.8.8");
      assert.equal(asked, 2);
    });
  });

  describe("the listener to use", () => {
    const listeners = [listener("127.0.0.1"), listener("192.168.1.10"), listener("10.0.0.5", 5080), listener("::1")];
    const cases: readonly (readonly [remote: string, chosen: string])[] = [
      ["127.9.0.11", "127.0.0.1"],
      ["192.168.1.44", "192.168.1.10"],
      ["10.200.0.1", "10.0.0.5"],
      ["::2", "::1"],
    ];
    for (const [remote, chosen] of cases) {
      it(`given several, when ${remote} is the target, then it is that on ${chosen}`, () => {
        assert.equal(local.nearest(listeners, "udp", remote)?.address, chosen);
      });
    }
    it("given another protocol or family only, when asked, then there is none", () => {
      assert.equal(local.nearest(listeners, "tcp", "127.0.0.1"), undefined);
      assert.equal(local.nearest([listener("::1")], "udp", "127.0.0.1"), undefined);
    });
    it("given two equally near, when asked, then it is the first", () => {
      const two = [listener("127.0.0.1", 5060), listener("127.0.0.1", 5070)];
      assert.equal(local.nearest(two, "udp", "127.0.0.9")?.port, 5060);
    });
  });

  describe("isLocal", () => {
    const listeners = [listener("127.0.0.1"), listener("0.0.0.0", 5080, "tcp")];
    const cases: readonly (readonly [place: ListenAddress, isLocal: boolean])[] = [
      [listener("127.0.0.1"), true],
      [listener("127.0.0.1", 5061), false],
      [listener("127.0.0.1", 5060, "tcp"), false],
      [listener("127.0.0.2"), false],
      [listener("192.168.1.10", 5080, "tcp"), true],
      [listener("127.0.0.9", 5080, "tcp"), true],
      [listener("0.0.0.0", 5080, "tcp"), true],
      [listener("192.168.1.11", 5080, "tcp"), false],
    ];
    for (const [place, isLocal] of cases) {
      it(`given ${place.protocol} ${place.address} port ${place.port}, then it is ${isLocal ? "" : "not "}ours`, () => {
        assert.equal(local.isLocal(listeners, place), isLocal);
      });
    }
  });
});
