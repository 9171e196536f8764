const crlf = (text: string): string => text.trim().split("\n").join("\r\n") + "\r\n";

/** What phones send, as they write it. */
export const BARESIP = crlf(`
v=0
o=- 1234567890 98765 IN IP4 192.0.2.11
s=-
c=IN IP4 192.0.2.11
t=0 0
a=tool:baresip 1.0.0
m=audio 16384 RTP/AVP 0 8 101
b=AS:125
a=rtpmap:0 PCMU/8000
a=rtpmap:8 PCMA/8000
a=rtpmap:101 telephone-event/8000
a=fmtp:101 0-15
a=rtcp:16385
a=sendrecv
a=label:1
a=rtcp-rsize
a=ssrc:3405691582 cname:sip:1001@192.0.2.10
a=ptime:20
a=minptime:20
a=maxptime:150
`);

export const LINPHONE = crlf(`
v=0
o=1002 3213 2541 IN IP4 192.0.2.12
s=Talk
c=IN IP4 192.0.2.12
t=0 0
a=ice-pwd:fcbbe1a1ee1b9b6d81d0fa81
a=ice-ufrag:9d2c5c1b
a=rtcp-xr:rcvr-rtt=all:10000 stat-summary=loss,dup,jitt,TTL voip-metrics
a=record:off
m=audio 7078 RTP/AVP 96 97 98 0 8 18 101 99 100
a=rtpmap:96 opus/48000/2
a=fmtp:96 useinbandfec=1
a=rtpmap:97 speex/16000
a=fmtp:97 vbr=on
a=rtpmap:98 speex/8000
a=fmtp:98 vbr=on
a=fmtp:18 annexb=yes
a=rtpmap:101 telephone-event/48000
a=rtpmap:99 telephone-event/16000
a=rtpmap:100 telephone-event/8000
a=rtcp:56789
a=candidate:1 1 UDP 2130706303 192.0.2.12 7078 typ host
a=candidate:1 2 UDP 2130706302 192.0.2.12 7079 typ host
a=candidate:2 1 UDP 1694498687 198.51.100.7 56788 typ srflx raddr 192.0.2.12 rport 7078
a=rtcp-fb:* trr-int 5000
a=rtcp-fb:* ccm tmmbr
m=video 9078 RTP/AVP 96
c=IN IP4 198.51.100.7
a=rtpmap:96 VP8/90000
a=candidate:1 1 UDP 2130706303 192.0.2.12 9078 typ host
a=rtcp-fb:96 nack pli
a=rtcp-mux
`);

export const SIPP = crlf(`
v=0
o=user1 53655765 2353687637 IN IP4 192.0.2.13
s=-
c=IN IP4 192.0.2.13
t=0 0
m=audio 6000 RTP/AVP 0
a=rtpmap:0 PCMU/8000
`);

export const JSSIP = crlf(`
v=0
o=mozilla...THIS_IS_SDPARTA 4611731400430051336 0 IN IP4 0.0.0.0
s=-
t=0 0
a=group:BUNDLE 0
a=ice-options:trickle
a=msid-semantic:WMS *
a=fingerprint:sha-256 19:E2:1C:3B:4B:9F:81:E6:B8:5C:F4:A5:A8:D8:73:04:BB:05:2F:70:9F:04:A9:0E:05:E9:26:33:E8:70:88:A2
m=audio 54609 UDP/TLS/RTP/SAVPF 111 0 8 126
c=IN IP4 203.0.113.4
a=rtcp:54610 IN IP4 203.0.113.4
a=candidate:0 1 UDP 2122252543 192.0.2.14 54609 typ host
a=end-of-candidates
a=sendrecv
a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level
a=fmtp:111 minptime=10;useinbandfec=1
a=ice-pwd:4b7a1b3f2e9f4a1b8c7d6e5f4a3b2c1d
a=ice-ufrag:b5e1c3d7
a=mid:0
a=rtcp-mux
a=rtpmap:111 opus/48000/2
a=rtpmap:126 telephone-event/8000
a=setup:actpass
a=ssrc:2655508255 cname:{735484ea-4f6c-f74a-bd66-7425f8476c2e}
`);

/** SDES keys, plain and secure lines, a fax, and lines that tell where the phone is. */
export const DESK_PHONE = crlf(`
v=0
o=desk 20 20 IN IP4 10.1.2.3
s=call
i=a title
t=0 0
a=zrtp-hash:1.10 fe30efd02423cb054e50efd0248742ac7a52c8f91bc2
m=audio 11780 RTP/SAVP 9 0 101
i=the audio
c=IN IP4 10.1.2.3
b=TIAS:64000
a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz|2^20|1:4 FEC_ORDER=FEC_SRTP WSH=60
a=rtpmap:9 G722/8000
a=rtpmap:101 telephone-event/8000
a=fmtp:101 0-16
a=alt:1 1 : 0A1B2C3D 0000002A 10.1.2.3 11780
a=x-private:keep me
m=image 11790 udptl t38
c=IN IP4 10.1.2.3
a=T38FaxVersion:0
`);
