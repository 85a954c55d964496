"""Why a message could not be sent, in words for whoever set its address."""

FAULTS = {
    # What is wrong with an address.
    "no_mailbox": "邮箱地址不正确，应如 zhang@example.gov.cn。",
    "no_address": "网址不正确，应以 https:// 开头，不含空格和用户名。",
    "host_not_allowed": "管理员没有允许向该主机发送（见设置项 XIAOHAO_WEBHOOK_HOSTS）。",
    "no_robot": "这不是群机器人的地址，请从群机器人设置中复制完整的 Webhook 地址。",
    "short_secret": "签名密钥至少 16 个字符。",
    # What went wrong on the way.
    "no_way": "管理员尚未设置邮件服务器（设置项 XIAOHAO_SMTP_URL）。",
    "unresolved": "找不到该主机。",
    "address_not_allowed": "该主机指向内部地址，已拒绝发送。",
    "unreachable": "无法连接对方主机。",
    "timeout": "对方没有及时应答。",
    "tls": "对方的安全证书无效。",
    "too_large": "对方的应答过大。",
    "status": "对方拒绝接收。",
    "no_answer": "对方的应答不是机器人的应答，请检查地址。",
    "robot_refused": "机器人拒绝接收。",
    "recipient_refused": "邮件服务器拒绝该收件地址。",
    "mail_login": "邮件服务器拒绝登录，请管理员检查设置项 XIAOHAO_SMTP_URL。",
    "mail_refused": "邮件服务器拒绝接收。",
    "mail_unreachable": "无法连接邮件服务器。",
    "broken": "系统出错，未能发送。",
    # Why it need not be sent.
    "unsubscribed": "已停用该接收方式。",
    "muted": "已选择不接收此类通知。",
    "read": "发送前已在系统内阅读。",
    "nothing_unread": "没有未读通知。",
    "account_closed": "账号已停用。",
}
